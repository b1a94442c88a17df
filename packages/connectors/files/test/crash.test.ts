import type { Files } from '@deltaverse/durable-files'
import {
  createMemoryDisk,
  interceptFiles,
  type MemoryDisk,
  type PowerCut,
} from '@deltaverse/durable-files/testing'
import { createSeededRandom } from '@deltaverse/testing'
import { describe, expect, it } from 'vitest'
import { createFileSink, type FilePosition, type FileSinkOptions, type LogManifest } from '../src/index.js'
import { accountColumns, accountsSchema } from './accounts-schema.js'
import { scenarios } from './crash-scenarios.js'
import { publishedRows, rowsAt, rowsOfLog } from './rows-of.js'

type Kind = Pick<FileSinkOptions, 'format' | 'tableSchema' | 'mode' | 'compress' | 'rotate' | 'sortBytes'>

const csv = { format: 'csv', tableSchema: () => Promise.resolve(accountsSchema) } as const

const courses: readonly { readonly what: string; readonly scenario: string; readonly kind: Kind }[] = [
  { what: 'a log', scenario: 'resync', kind: {} },
  { what: 'a log of files of two rows', scenario: 'resync', kind: { rotate: { rows: 2 } } },
  {
    what: 'a log in gzip of files of two rows, another for each day',
    scenario: 'beginnings',
    kind: { compress: 'gzip', rotate: { rows: 2, daily: true } },
  },
  { what: 'a mirror', scenario: 'resync', kind: { mode: 'mirror' } },
  {
    what: 'a mirror in gzip, sorted in parts',
    scenario: 'beginnings',
    kind: { mode: 'mirror', compress: 'gzip', sortBytes: 1 },
  },
  { what: 'a log in CSV of files of two rows', scenario: 'resync', kind: { ...csv, rotate: { rows: 2 } } },
  { what: 'a mirror in CSV', scenario: 'beginnings', kind: { ...csv, mode: 'mirror' } },
]

const place = { directory: '/out', name: 'accounts' }
const day = 24 * 60 * 60 * 1000

type Steps = (typeof scenarios)[string]

class Killed extends Error {}

/** What is outside the sink: how many steps are saved, and the position that says so. */
interface Saved {
  steps: number
  position: FilePosition | undefined
}

/** One process: opens at what is saved and goes on to the end, or until it is killed. */
async function live(
  kind: Kind,
  files: Files,
  steps: Steps,
  saved: Saved,
  afterCommit: (step: number) => void = () => undefined,
): Promise<void> {
  let step = saved.steps
  const sink = createFileSink({ ...place, ...kind, files, now: () => Math.floor(step / 3) * day })
  try {
    await sink.open(saved.position)
    for (; step < steps.length; step++) {
      await sink.write(steps[step] ?? [])
      const position = JSON.parse(JSON.stringify(await sink.commit())) as FilePosition
      afterCommit(step)
      saved.position = position
      saved.steps = step + 1
    }
  } finally {
    await sink.close().catch(() => undefined)
  }
}

/** The table as readers see it, whatever the mode; as text, which is quick to compare. */
async function tableOf(kind: Kind, files: Files, { position }: Saved): Promise<string> {
  const here = { ...place, files }
  return textOf(await (kind.mode === 'mirror' ? rowsAt(here, position) : rowsOfLog(here)))
}

function textOf(rows: ReadonlyMap<string, unknown>): string {
  const lines = [...rows].map(([id, row]) => `${id} ${JSON.stringify(row)}`)
  return lines.sort().join('\n')
}

/** What is on the disk in the end, without what may differ: numbers in names, and reads that count for nothing. */
async function remainsOf(kind: Kind, disk: MemoryDisk, saved: Saved): Promise<string> {
  await live(kind, disk.files, [], { ...saved })
  const table = await tableOf(kind, disk.files, saved)
  const paths = disk.paths()
  if (kind.mode === 'mirror') {
    const published = textOf((await publishedRows({ ...place, files: disk.files })) ?? new Map())
    return [table, published, ...paths.map((path) => path.replace(/\d{6}/, '#')).sort()].join('\n')
  }
  const { reads } = JSON.parse(disk.contentOf('/out/accounts.manifest.json').toString()) as LogManifest
  const counted = reads.filter(({ status }) => status === 'complete')
  const files = counted.map((read) => read.files.map(({ file: _, ...rest }) => rest))
  const strangers = paths.length - reads.flatMap((read) => read.files).length
  return [table, strangers, JSON.stringify(files, undefined, 1)].join('\n')
}

/** The table after each number of steps. */
async function statesOf(kind: Kind, steps: Steps): Promise<readonly string[]> {
  const states: string[] = []
  for (let count = 0; count <= steps.length; count++) {
    const disk = createMemoryDisk()
    const saved: Saved = { steps: 0, position: undefined }
    await live(kind, disk.files, steps.slice(0, count), saved)
    // Within a read the manifest lags behind; opened at the position it does not.
    await live(kind, disk.files, [], { ...saved })
    states.push(await tableOf(kind, disk.files, saved))
  }
  return states
}

function killedAt(files: Files, call: number): { readonly files: Files; readonly calls: () => number } {
  let calls = 0
  const intercepted = interceptFiles(files, ({ number }) => {
    calls = number
    if (number >= call) throw new Killed(`killed at call ${call}`)
  })
  return { files: intercepted, calls: () => calls }
}

async function liveUntilKilled(...life: Parameters<typeof live>): Promise<void> {
  await live(...life).catch((error: unknown) => {
    if (!(error instanceof Killed)) throw error
  })
}

function cutOf(call: number): PowerCut {
  const cuts: readonly PowerCut[] = ['all-lost', 'nothing-lost', { random: createSeededRandom(call).next }]
  return cuts[call % cuts.length] ?? 'all-lost'
}

describe.each(courses)('$what in the course of "$scenario"', ({ kind, scenario }) => {
  const steps = scenarios[scenario] ?? []

  it('ends as if nothing had happened, wherever it is killed', { timeout: 60_000 }, async () => {
    const states = await statesOf(kind, steps)
    const { remains, calls } = await uninterrupted()
    for (let call = 1; call <= calls; call++) {
      const disk = createMemoryDisk()
      const saved: Saved = { steps: 0, position: undefined }
      // Twice: the second time on the way back, or soon after.
      for (const at of [call, 1 + (call % 29)]) {
        await liveUntilKilled(kind, killedAt(disk.files, at).files, steps, saved)
        disk.cutPower(cutOf(call + at))
        await expectReadable(disk, states, saved, call)
      }
      await live(kind, disk.files, steps.slice(0, saved.steps), saved)
      expectSame(await tableOf(kind, disk.files, saved), states[saved.steps], call)
      await live(kind, disk.files, steps, saved)
      expectSame(await remainsOf(kind, disk, saved), remains, call)
    }
  })

  it('goes back to the position before, wherever it is killed between a commit and its saving', async () => {
    const states = await statesOf(kind, steps)
    const { remains } = await uninterrupted()
    for (const [step] of steps.entries()) {
      const disk = createMemoryDisk()
      const saved: Saved = { steps: 0, position: undefined }
      await liveUntilKilled(kind, disk.files, steps, saved, (committed) => {
        if (committed === step) throw new Killed('killed before it was saved')
      })
      expect(saved.steps).toBe(step)
      disk.cutPower(step % 2 === 0 ? 'nothing-lost' : 'all-lost')
      await live(kind, disk.files, steps.slice(0, step), saved)
      expectSame(await tableOf(kind, disk.files, saved), states[step], step)
      await live(kind, disk.files, steps, saved)
      expectSame(await remainsOf(kind, disk, saved), remains, step)
    }
  })

  async function uninterrupted(): Promise<{ remains: string; calls: number }> {
    const disk = createMemoryDisk()
    const saved: Saved = { steps: 0, position: undefined }
    const counted = killedAt(disk.files, Number.POSITIVE_INFINITY)
    await live(kind, counted.files, steps, saved)
    return { remains: await remainsOf(kind, disk, saved), calls: counted.calls() }
  }

  /** Whoever looks after the crash, before anything is mended, sees a whole state that once was. */
  async function expectReadable(
    disk: MemoryDisk,
    states: readonly string[],
    saved: Saved,
    call: number,
  ): Promise<void> {
    const here = { ...place, files: disk.files }
    if (kind.mode === 'mirror') {
      const published = await publishedRows(here)
      if (published !== undefined) expectOneOf(textOf(published), shownStates(kind, states), call)
    } else if (saved.steps > 0) {
      const told = steps.findLastIndex((step, at) => at < saved.steps && !endsInMidRead(step)) + 1
      expectOneOf(textOf(await rowsOfLog(here)), states.slice(told, saved.steps + 2), call)
    }
  }
})

/** Commits within a read are not told at once. */
function endsInMidRead(step: Steps[number]): boolean {
  const last = step.at(-1)
  return last?.kind === 'checkpoint' && !last.checkpoint.isBoundary
}

/** Quicker than `expect` for the thousands of times that nothing is wrong. */
function expectSame(actual: string, expected: string | undefined, call: number): void {
  if (actual !== expected) expect({ call, actual }).toEqual({ call, actual: expected })
}

function expectOneOf(actual: string, allowed: readonly string[], call: number): void {
  if (!allowed.includes(actual))
    expect({ call, allowed }).toEqual({ call, allowed: expect.arrayContaining([actual]) })
}

/** What readers see of states: of a mirror in CSV, columns. */
function shownStates(kind: Kind, states: readonly string[]): readonly string[] {
  if (kind.format !== 'csv') return states
  return states.map((state) =>
    state === ''
      ? ''
      : state
          .split('\n')
          .map((line) => `${line.slice(0, 37)}${JSON.stringify(accountColumns(JSON.parse(line.slice(37))))}`)
          .join('\n'),
  )
}
