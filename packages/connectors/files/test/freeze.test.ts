import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createFileCheckpointStore } from '@deltaverse/checkpoint-stores'
import type { ChangeEvent, CheckpointEvent, Row } from '@deltaverse/core'
import { nodeFiles } from '@deltaverse/durable-files'
import { type FileCall, interceptFiles } from '@deltaverse/durable-files/testing'
import { account, checkpoint, deleted, fullRead, idOf, syncState } from '@deltaverse/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFileSink, type FilePosition } from '../src/index.js'
import { publishedRows, rowsAt, rowsOfLog } from './rows-of.js'

const program = fileURLToPath(new URL('./support/freezing-holder.mjs', import.meta.url))
const name = 'accounts'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'freeze-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

type Mode = 'log' | 'mirror'

/** A process under the lease of the name, in this one. */
async function takeLease(mode: Mode, files = nodeFiles) {
  const checkpoints = createFileCheckpointStore({ directory, files })
  const sink = createFileSink({ directory, name, mode, files })
  const lease = await checkpoints.acquire(name)
  const stored = await checkpoints.load(name)
  const position = stored?.state.position as FilePosition | undefined
  await sink.open(position, { lease })
  let revision = stored?.revision
  return {
    state: stored?.state,
    fence: lease.fence,
    async write(events: readonly ChangeEvent[], last: CheckpointEvent): Promise<FilePosition> {
      await sink.write([...events, last])
      const committed = await sink.commit()
      const state = syncState({ position: committed, checkpoint: last.checkpoint })
      revision = await checkpoints.save(name, state, revision)
      return committed
    },
    async abandon() {
      await sink.close().catch(() => undefined)
      await lease.release()
    },
    async end() {
      await sink.close()
      await lease.release()
    },
  }
}

/** A real process that freezes at the nth file operation; `undefined` when it came to its end before. */
async function freezeAt(mode: Mode, operation: number) {
  const child = spawn(process.execPath, [program, JSON.stringify({ directory, mode, freezeAt: operation })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const first = (await lines.next()).value
  if (first !== 'frozen') {
    await ended
    return { isFrozen: false, said: first, wake: async () => first }
  }
  return {
    isFrozen: true,
    said: first,
    async wake(): Promise<string | undefined> {
      child.kill('SIGCONT')
      const said = (await lines.next()).value
      await ended
      return said
    },
  }
}

/** As if the holder of the lease had not renewed it for long. @returns whether there is one: it may be about to give it back */
function growOld(): boolean {
  const lock = join(directory, `${name}.checkpoint.lock`)
  const isHeld = existsSync(lock)
  if (isHeld) utimesSync(lock, 0, 0)
  return isHeld
}

const steps: readonly (readonly ChangeEvent[])[] = [
  [account(1), account(2), account(3)],
  [account(1, {}, 2), deleted(idOf(2)), account(5)],
  [account(1, {}, 3), account(6)],
]
const at = (second: number) => checkpoint({ issuedAt: `2026-01-01T00:00:0${second}Z` })

/** The table after the steps of the frozen process that were saved, and these changes. */
function tableAfter(saved: number, changes: readonly ChangeEvent[]): Map<string, Row> {
  const table = new Map<string, Row>()
  for (const event of [...steps.slice(0, saved + 1).flat(), ...changes]) {
    if (event.kind === 'upserted') table.set(event.id, event.row)
    if (event.kind === 'deleted') table.delete(event.id)
  }
  return table
}

describe.runIf(process.platform !== 'win32').each(['log', 'mirror'] as const)('a %s', (mode) => {
  it('is not damaged by a holder that wakes up behind a takeover, wherever it was frozen', {
    timeout: 180_000,
  }, async () => {
    const answers = new Set<string | undefined>()
    let isFrozen = true
    for (let operation = 1; isFrozen; operation += 5) {
      rmSync(directory, { recursive: true, force: true })
      const first = await takeLease(mode)
      await first.write(fullRead(1, [account(1), account(2), account(3)]).slice(0, -1), at(0))
      await first.end()

      const frozen = await freezeAt(mode, operation)
      isFrozen = frozen.isFrozen
      if (!isFrozen) break
      const isHeld = growOld()
      const second = await takeLease(mode)
      const saved = Number(second.state?.checkpoint.issuedAt.at(-2))
      // Woken before anything of the second is saved, or behind it.
      const isEarly = operation % 2 === 0
      if (isEarly) answers.add(await frozen.wake())
      await second.write([account(2, {}, 7), account(7)], at(7))
      if (!isEarly) answers.add(await frozen.wake())
      const changes = [account(2, {}, 7), account(7), account(8), deleted(idOf(3))]
      await second.write(changes.slice(2), at(8))
      await second.end()

      const third = await takeLease(mode)
      const position = third.state?.position as FilePosition
      await third.end()
      const rows = mode === 'log' ? await rowsOfLog({ directory, name }) : await rowsAtEnd(position)
      expect({ operation, rows }).toEqual({ operation, rows: tableAfter(saved, changes) })
      // Who was giving the lease back had written everything by then.
      expect(second.fence).toBe(isHeld ? 1 : 0)
    }
    // Frozen before the last write it finds out; behind it there is nothing left to do wrong.
    expect(answers).toContain('conflict')
  })

  it('shows readers nothing older when a holder makes, at the very end, the change before which it stood still', {
    timeout: 60_000,
  }, async () => {
    const seen = mode === 'log' ? rowsOfLog : publishedRows
    const changesMade = new Set<string>()
    const answers = new Set<string>()
    for (let number = 1; ; number += 1) {
      rmSync(directory, { recursive: true, force: true })
      const first = await takeLease(mode)
      await first.write(fullRead(1, [account(1), account(2), account(3)]).slice(0, -1), at(0))
      await first.end()

      const still = await standStillBefore(mode, number)
      if (still === undefined) break
      growOld()
      const second = await takeLease(mode)
      const saved = Number(second.state?.checkpoint.issuedAt.at(-2))
      const changes = [account(2, {}, 7), account(7)]
      await second.write(changes, at(7))
      changesMade.add(still.operation)
      answers.add(await still.goOn())
      await second.end()
      expect({ number, rows: await seen({ directory, name }) }).toEqual({
        number,
        rows: tableAfter(saved, changes),
      })
    }
    // Behind the last save there is nothing left to do wrong.
    expect([...answers].sort()).toEqual(['conflict', 'done'])
    expect([...changesMade]).toEqual(expect.arrayContaining(['open', 'file.writev', 'rename']))
  })
})

/** A holder in this process that stands still before the nth change to files; `undefined` when it came to its end before. */
async function standStillBefore(mode: Mode, number: number) {
  let changes = Number.NEGATIVE_INFINITY
  let goOn = (): void => undefined
  const going = new Promise<void>((resolve) => {
    goOn = resolve
  })
  let stop = (_: FileCall): void => undefined
  const stopped = new Promise<FileCall>((resolve) => {
    stop = resolve
  })
  const files = interceptFiles(nodeFiles, async (call) => {
    // Those of the sink and of the state; the lease is asked for by reading.
    if (!isChange(call)) return
    changes += 1
    if (changes !== number) return
    stop(call)
    await going
  })
  const holder = await takeLease(mode, files)
  changes = 0
  const work = async (): Promise<string> => {
    try {
      await holder.write(steps[1] ?? [], at(1))
      await holder.end()
      return 'done'
    } catch (error) {
      await holder.abandon()
      return String((error as { code?: unknown }).code)
    }
  }
  const ended = work()
  const call = await Promise.race([stopped, ended])
  if (typeof call === 'string') return undefined
  return {
    operation: call.operation,
    goOn: async (): Promise<string> => {
      goOn()
      return await ended
    },
  }
}

function isChange({ operation }: FileCall): boolean {
  return ['open', 'rename', 'rm', 'link', 'file.writev', 'file.truncate'].includes(operation)
}

async function rowsAtEnd(position: FilePosition): Promise<Map<string, Row>> {
  const fence = position.fence === undefined ? '' : `.${position.fence}`
  return await rowsAt({ directory, name, work: `${name}.mirror${fence}` }, position)
}
