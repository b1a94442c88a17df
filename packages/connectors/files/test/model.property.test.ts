import type { ChangeEvent } from '@deltaverse/core'
import { createMemoryDisk } from '@deltaverse/durable-files/testing'
import { account, checkpoint, complete, deleted, idOf, reset } from '@deltaverse/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFileSink, type FileSink, type FileSinkOptions } from '../src/index.js'
import { publishedRows, rowsOfLog } from './rows-of.js'

type Kind = Pick<FileSinkOptions, 'mode' | 'compress' | 'rotate' | 'sortBytes'>

/** What a model does, in numbers: a row's id, its version, and how a commit or a restart follows. */
const change = fc.record({
  number: fc.nat({ max: 30 }),
  version: fc.nat({ max: 9 }),
  isDeleted: fc.boolean(),
})
const read = fc.record({
  isFull: fc.boolean(),
  parts: fc.array(fc.record({ changes: fc.array(change, { maxLength: 40 }), restarts: fc.boolean() }), {
    minLength: 1,
    maxLength: 4,
  }),
})

type ReadCourse = typeof read extends fc.Arbitrary<infer T> ? T : never

const kinds: Readonly<Record<string, Kind>> = {
  'a log in gzip of short files': { compress: 'gzip', rotate: { rows: 7 } },
  'a mirror sorted in parts': { mode: 'mirror', sortBytes: 1_000 },
}

type Table = Map<string, unknown>

function eventsOf(
  changes: readonly { number: number; version: number; isDeleted: boolean }[],
): readonly ChangeEvent[] {
  return changes.map(({ number, version, isDeleted }) =>
    isDeleted ? deleted(idOf(number)) : account(number, {}, version),
  )
}

function applyTo(table: Table, events: readonly ChangeEvent[]): void {
  for (const event of events) {
    if (event.kind === 'deleted') table.delete(event.id)
    else if (event.kind === 'upserted') table.set(event.id, event.row)
  }
}

const sorted = (table: ReadonlyMap<string, unknown> | undefined) => [...(table ?? [])].sort()

describe.each(Object.keys(kinds))('%s', (what) => {
  const kind = kinds[what] ?? {}

  it('is what the changes make of the table, whatever they are', async () => {
    const reads = fc.array(read, { minLength: 1, maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(reads, async ([first, ...later]) => {
        const place = { directory: '/out', name: 'accounts', files: createMemoryDisk().files }
        const open = () => createFileSink({ ...place, ...kind })
        const state: State = { sink: open(), table: new Map(), epoch: 0 }
        await state.sink.open(undefined)
        for (const each of [{ parts: first?.parts ?? [], isFull: true }, ...later]) {
          await run(state, each, open)
          const rows = kind.mode === 'mirror' ? await publishedRows(place) : await rowsOfLog(place)
          expect(sorted(rows)).toEqual(sorted(state.table))
        }
        await state.sink.close()
      }),
      { numRuns: 40, seed: 7 },
    )
  })
})

interface State {
  sink: FileSink
  table: Table
  epoch: number
}

/** A full read or a delta, with a commit behind each part and a crash behind some. */
async function run(state: State, { isFull, parts }: ReadCourse, open: () => FileSink): Promise<void> {
  if (isFull) {
    state.epoch += 1
    state.table = new Map()
    await state.sink.write([reset(state.epoch)])
  }
  const { epoch } = state
  for (const { changes, restarts } of parts) {
    const events = eventsOf(changes)
    applyTo(state.table, events)
    await state.sink.write([...events, checkpoint({ epoch, isBoundary: false })])
    const position = await state.sink.commit()
    if (!restarts) continue
    await state.sink.write([account(99), deleted(idOf(1))])
    await state.sink.close()
    state.sink = open()
    await state.sink.open(position)
  }
  await state.sink.write([...(isFull ? [complete(epoch, 0)] : []), checkpoint({ epoch })])
  await state.sink.commit()
}
