import type { Files } from '@deltaverse/durable-files'
import {
  createMemoryDisk,
  interceptFiles,
  type MemoryDisk,
  type PowerCut,
} from '@deltaverse/durable-files/testing'
import { describe, expect, it } from 'vitest'
import { createFileSink, type FilePosition, type FileSinkOptions, type LogManifest } from '../src/index.js'
import { scenarios } from './crash-scenarios.js'
import { publishedRows, rowsAt, rowsOfLog } from './rows-of.js'

type Kind = Pick<FileSinkOptions, 'mode' | 'compress' | 'rotate' | 'sortBytes'>

const kinds: Readonly<Record<string, Kind>> = {
  'a log': {},
  'a log in gzip': { compress: 'gzip' },
  'a log of files of two rows': { rotate: { rows: 2 } },
  'a log in gzip, a file a day': { compress: 'gzip', rotate: { daily: true } },
  'a log in gzip of tiny files': { compress: 'gzip', rotate: { bytes: 1 } },
  'a snapshot': { mode: 'snapshot' },
  'a snapshot in gzip': { mode: 'snapshot', compress: 'gzip' },
  'a snapshot sorted in parts': { mode: 'snapshot', sortBytes: 1 },
}

const place = { directory: '/out', name: 'accounts' }
const day = 24 * 60 * 60 * 1000

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
  steps: (typeof scenarios)[string],
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

/** The table as readers see it, whatever the mode. */
async function tableOf(kind: Kind, files: Files, { position }: Saved): Promise<ReadonlyMap<string, unknown>> {
  return await (kind.mode === 'snapshot'
    ? rowsAt({ ...place, files }, position)
    : rowsOfLog({ ...place, files }))
}

/** What is on the disk in the end, without what may differ: names with numbers, and reads that count for nothing. */
async function remainsOf(kind: Kind, disk: MemoryDisk, saved: Saved): Promise<unknown> {
  await live(kind, disk.files, [], { ...saved })
  const table = [...(await tableOf(kind, disk.files, saved))]
  const paths = disk.paths()
  if (kind.mode === 'snapshot') {
    const published = [...((await publishedRows({ ...place, files: disk.files })) ?? [])]
    return { table, published, files: paths.map((path) => path.replace(/\d{6}/, '#')).sort() }
  }
  const { reads } = JSON.parse(disk.contentOf('/out/accounts.manifest.json').toString()) as LogManifest
  const counted = reads.filter(({ status }) => status === 'complete')
  const files = counted.map((read) => read.files.map(({ file: _, ...rest }) => rest))
  return { table, files, count: paths.length - reads.flatMap((read) => read.files).length }
}

/** Every state that a reader of a snapshot may be shown: those at the end of a read. */
async function statesOf(
  kind: Kind,
  steps: (typeof scenarios)[string],
): Promise<ReadonlyMap<string, unknown>[]> {
  const states: ReadonlyMap<string, unknown>[] = []
  for (let count = 0; count <= steps.length; count++) {
    const disk = createMemoryDisk()
    const saved: Saved = { steps: 0, position: undefined }
    await live(kind, disk.files, steps.slice(0, count), saved)
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

function numbersFrom(seed: number): () => number {
  let state = (seed * 2654435761) >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

function cutsOf(call: number): readonly PowerCut[] {
  return call % 2 === 0 ? ['all-lost', 'nothing-lost'] : ['all-lost', { random: numbersFrom(call) }]
}

describe.each(Object.keys(kinds))('%s', (what) => {
  const kind = kinds[what] ?? {}

  describe.each(Object.keys(scenarios))('in the course of "%s"', (scenario) => {
    const steps = scenarios[scenario] ?? []

    it('ends as if nothing had happened, wherever it is killed', async () => {
      const states = await statesOf(kind, steps)
      const { remains, calls } = await uninterrupted()
      for (let call = 1; call <= calls; call++) {
        for (const cut of cutsOf(call)) {
          const disk = createMemoryDisk()
          const saved: Saved = { steps: 0, position: undefined }
          const at = { call, cut: typeof cut === 'string' ? cut : 'some-lost' }
          await liveUntilKilled(kind, killedAt(disk.files, call).files, steps, saved)
          disk.cutPower(cut)
          await expectReadable(disk, states, saved, at)
          // Once more, on the way back or soon after.
          await liveUntilKilled(kind, killedAt(disk.files, 1 + (call % 29)).files, steps, saved)
          disk.cutPower(cut)
          await expectReadable(disk, states, saved, at)
          await live(kind, disk.files, steps.slice(0, saved.steps), saved)
          expect({ at, table: await tableOf(kind, disk.files, saved) }).toEqual({
            at,
            table: states[saved.steps],
          })
          await live(kind, disk.files, steps, saved)
          expect({ at, remains: await remainsOf(kind, disk, saved) }).toEqual({ at, remains })
        }
      }
    })

    it('goes back to the position before, wherever it is killed between a commit and its saving', async () => {
      const states = await statesOf(kind, steps)
      const { remains } = await uninterrupted()
      for (const [step] of steps.entries()) {
        for (const cut of ['nothing-lost', 'all-lost'] as const) {
          const disk = createMemoryDisk()
          const saved: Saved = { steps: 0, position: undefined }
          await liveUntilKilled(kind, disk.files, steps, saved, (committed) => {
            if (committed === step) throw new Killed('killed before it was saved')
          })
          expect(saved.steps).toBe(step)
          disk.cutPower(cut)
          await live(kind, disk.files, steps.slice(0, step), saved)
          expect(await tableOf(kind, disk.files, saved)).toEqual(states[step])
          await live(kind, disk.files, steps, saved)
          expect(await remainsOf(kind, disk, saved)).toEqual(remains)
        }
      }
    })

    async function uninterrupted(): Promise<{ remains: unknown; calls: number }> {
      const disk = createMemoryDisk()
      const saved: Saved = { steps: 0, position: undefined }
      const counted = killedAt(disk.files, Number.POSITIVE_INFINITY)
      await live(kind, counted.files, steps, saved)
      return { remains: await remainsOf(kind, disk, saved), calls: counted.calls() }
    }
  })

  /** Whoever looks after the crash, before anything is mended, sees a whole state that once was. */
  async function expectReadable(
    disk: MemoryDisk,
    states: readonly ReadonlyMap<string, unknown>[],
    saved: Saved,
    at: unknown,
  ): Promise<void> {
    const here = { ...place, files: disk.files }
    if (kind.mode === 'snapshot') {
      const published = await publishedRows(here)
      if (published !== undefined)
        expect({ at, states }).toEqual({ at, states: expect.arrayContaining([published]) })
      return
    }
    const table = await rowsOfLog(here)
    const later = states.slice(saved.steps, saved.steps + 2)
    if (saved.steps > 0) expect({ at, later }).toEqual({ at, later: expect.arrayContaining([table]) })
  }
})
