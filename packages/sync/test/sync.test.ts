import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type SyncNotice, type SyncOptions, sync } from '../src/index.js'
import { type EmulatedTable, expectExact, startTable } from './support/emulated-table.js'
import { createMemoryCheckpoints } from './support/memory-checkpoints.js'
import {
  createMemorySink,
  createTransactionalMemorySink,
  type MemoryPosition,
} from './support/memory-sink.js'

let table: EmulatedTable

beforeEach(async () => {
  table = await startTable()
})
afterEach(() => table.stop())

type Options = SyncOptions<MemoryPosition>

function setUp() {
  const sink = createMemorySink()
  const checkpoints = createMemoryCheckpoints()
  const notices: SyncNotice[] = []
  const run = (options: Partial<Options> = {}) =>
    sync<MemoryPosition, Record<string, unknown>>({
      name: 'products',
      feed: table.feed({ pageSize: 3 }),
      sink,
      checkpoints,
      onNotice: (notice) => notices.push(notice),
      ...options,
    })
  return { sink, checkpoints, notices, run }
}

const kinds = (notices: readonly SyncNotice[]) => notices.map((notice) => notice.kind)

describe('sync', () => {
  it('brings the table to the sink, and then what changed', async () => {
    const { sink, checkpoints, notices, run } = setUp()
    const [first, second] = table.add(7)
    const summary = await run()
    expectExact(sink.rows(), table)
    expect(summary).toMatchObject({ name: 'products', entitySet: 'products', read: 'full-read', rows: 7 })
    expect(kinds(notices).filter((kind) => kind !== 'page')).toEqual([
      'reset',
      'changes',
      'changes',
      'changes',
      'complete',
      'committed',
    ])

    table.change(first!, 'Renamed')
    table.remove(second!)
    const next = await run()
    expectExact(sink.rows(), table)
    expect(next).toMatchObject({ read: 'delta', upserted: 1, deleted: 1, rows: 6 })
    expect(checkpoints.states.get('products')?.state).toMatchObject({
      version: 1,
      checkpoint: { phase: 'delta' },
      position: { entries: sink.log.length },
      rows: 6,
    })
    expect(sink.isOpen()).toBe(false)
    expect(checkpoints.isHeld('products')).toBe(false)
  })

  it('keeps the state in a transactional sink', async () => {
    const { run } = setUp()
    const sink = createTransactionalMemorySink()
    table.add(4)
    await run({ sink, checkpoints: undefined })
    expectExact(sink.rows(), table)
    expect(sink.states.get('products')?.state.position).toEqual({ entries: sink.log.length })
    table.add(1)
    expect(await run({ sink, checkpoints: undefined })).toMatchObject({ read: 'delta', upserted: 1 })
    expectExact(sink.rows(), table)
  })

  it('refuses to go on without anybody who keeps the state', async () => {
    const { run } = setUp()
    await expect(run({ checkpoints: undefined })).rejects.toThrow(TypeError)
  })
})
