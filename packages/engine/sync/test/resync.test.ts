import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SyncEvent } from '../src/index.js'
import { type EmulatedTable, expectExact, startTable } from './support/emulated-table.js'
import { forgetful } from './support/forgetful.js'
import { setUp, type TestOptions } from './support/set-up.js'

let table: EmulatedTable
let nowMs: number
const dayMs = 86_400_000

beforeEach(async () => {
  nowMs = Date.parse('2026-03-01')
  table = await startTable({ clock: () => nowMs })
})
afterEach(() => table.stop())

const clock = { now: () => nowMs, delay: async () => undefined }
const find = <K extends SyncEvent['kind']>(events: readonly SyncEvent[], kind: K) =>
  events.filter((event): event is Extract<SyncEvent, { kind: K }> => event.kind === kind)

/** Lets tokens die while rows are changed, created and deleted. @returns how many of each */
function letTokenExpire(ids: readonly string[]) {
  nowMs += 8 * dayMs
  table.change(ids[0]!, 'Renamed')
  table.change(ids[4]!, 'Renamed too')
  table.remove(ids[1]!)
  table.remove(ids[7]!)
  table.remove(ids[8]!)
  table.add(1)
  return { upserted: 3, deleted: 3 }
}

/** What the sink was told behind an entry of its log. */
function told(log: readonly { readonly kind: string }[], from: number) {
  const count = (kind: string) => log.slice(from).filter((entry) => entry.kind === kind).length
  return {
    upserted: count('upserted'),
    deleted: count('deleted'),
    reset: count('reset'),
    complete: count('complete'),
  }
}

describe('a resync without a fingerprint store', () => {
  it('reaches the sink as a full read, whatever it is for', async () => {
    const { sink, events, run } = setUp(table)
    const ids = table.add(10)
    const source = table.feed({ pageSize: 3, clock })
    await run({ source, clock })
    letTokenExpire(ids)
    await run({ source, clock })
    expect(find(events, 'reset').at(-1)).toMatchObject({ reason: 'token-expired', epoch: 2 })
    expectExact(sink.rows(), table)

    table.remove(ids[2]!)
    await run({
      source: table.feed({ select: ['name', 'productnumber', 'price'], onMismatch: 'reset', clock }),
    })
    expect(find(events, 'reset').at(-1)).toMatchObject({ reason: 'schema-changed', epoch: 3 })
    expectExact(sink.rows(), table)
  })
})

describe('a resync behind a delta that was broken off', () => {
  it('forgets the deletions of that delta', async () => {
    const { sink, events, run, state } = setUp(table)
    const ids = table.add(12)
    await run()
    for (const id of ids.slice(0, 8)) table.remove(id)
    const crash = new Error('crash')
    let commits = 0
    const onStep: TestOptions['onStep'] = (step) => {
      if (step === 'after-state-saved') commits += 1
      // Behind the first page as it is told again.
      if (commits === 2) throw crash
    }
    await expect(run({ commitBytes: 1, onStep })).rejects.toBe(crash)
    expect(state()?.state.deletions).toBe(3)
    table.emulator.faults.next({ url: 'products?', expireTokens: true })
    await run()
    expect(find(events, 'reset').at(-1)).toMatchObject({ reason: 'token-expired' })
    expect(state()?.state.rows).toBe(4)
    expectExact(sink.rows(), table)
  })
})

describe('a resync with a fingerprint store', () => {
  it('brings the sink exactly what differs', async () => {
    const { sink, fingerprints, events, run, state } = setUp(table)
    const ids = table.add(10)
    const options = { fingerprints, source: table.feed({ pageSize: 3, clock }), clock }
    await run(options)
    expect(state()?.state).toMatchObject({ rows: 10, fingerprintPass: 1 })
    expect(state()?.state.fingerprintPhase).toBeUndefined()
    const before = sink.log.length
    const changes = letTokenExpire(ids)
    const summary = await run(options)
    expect(find(events, 'reset').at(-1)).toMatchObject({ reason: 'token-expired', epoch: 2 })
    expect(find(events, 'deriving')).toEqual([{ kind: 'deriving', deletions: 3 }])
    expect(told(sink.log, before)).toEqual({ ...changes, reset: 0, complete: 0 })
    expect(summary).toMatchObject({ read: 'snapshot', unchanged: 5, deleted: 3, rows: 8 })
    expectExact(sink.rows(), table)
    expectExact(sink.published(), table)
    expect(fingerprints.rows()).toEqual(sink.rows())
  })

  it('re-sends every row when the columns change, and deletes what is gone', async () => {
    const { sink, fingerprints, run } = setUp(table)
    const ids = table.add(10)
    await run({ fingerprints })
    const before = sink.log.length
    table.remove(ids[3]!)
    const source = table.feed({
      select: ['name', 'productnumber', 'price'],
      onMismatch: 'reset',
      pageSize: 4,
    })
    await run({ fingerprints, source })
    expect(told(sink.log, before)).toEqual({ upserted: 9, deleted: 1, reset: 0, complete: 0 })
    expectExact(sink.rows(), table)
  })

  it('brings what differs when the environment was restored', async () => {
    const { sink, fingerprints, run } = setUp(table)
    table.add(6)
    await run({ fingerprints, environmentId: 'before' })
    const before = sink.log.length
    const ids = [...table.expected().keys()]
    table.remove(ids[0]!)
    table.change(ids[1]!, 'As it was')
    await run({ fingerprints, environmentId: 'restored' })
    expect(told(sink.log, before)).toEqual({ upserted: 1, deleted: 1, reset: 0, complete: 0 })
    expectExact(sink.rows(), table)
  })

  it('says of a deletion that it tells itself which row of which table is gone', async () => {
    const { sink, fingerprints, run } = setUp(table)
    const ids = table.add(3)
    await run({ fingerprints })
    table.remove(ids[0]!)
    const written: { kind: string; text: string }[] = []
    const listening: TestOptions['sink'] = {
      ...sink,
      write(events) {
        for (const event of events) {
          if (event.kind === 'deleted') {
            written.push({ kind: event.reason, text: Buffer.from(event.bytes).toString() })
          }
        }
        return sink.write(events)
      },
    }
    await run({ fingerprints, sink: listening, source: forgetful(table.feed()) })
    expect(written).toHaveLength(1)
    expect(JSON.parse(written[0]!.text)).toEqual({
      table: 'products',
      id: ids[0],
      reason: 'deleted',
    })
  })

  it('passes a delta on as it comes, and counts its rows', async () => {
    const { sink, fingerprints, run } = setUp(table)
    const ids = table.add(6)
    await run({ fingerprints })
    table.remove(ids[0]!)
    table.change(ids[1]!, 'Renamed')
    const passing = table.add(1)
    table.remove(passing[0]!)
    table.add(2)
    const before = sink.log.length
    const source = table.feed({ pageSize: 50 })
    expect(await run({ fingerprints, source })).toMatchObject({ rows: 7, unchanged: 0 })
    // Also the deletion of a row that nobody has seen.
    expect(told(sink.log, before)).toMatchObject({ upserted: 3, deleted: 2 })
    expect(fingerprints.rows()).toEqual(sink.rows())
  })

  it('does not take what the first beginning of a read brought for brought by the second', async () => {
    const { sink, fingerprints, run, state } = setUp(table)
    const ids = table.add(9)
    // The guard would tell the deletion by itself.
    const options = { fingerprints, commitBytes: 1, source: table.feed({ pageSize: 3, gapGuard: false }) }
    await run(options)
    // Broken off behind the first pages, which are committed.
    table.emulator.faults.next({ url: 'skiptoken', nth: 2, status: 503 })
    const source = forgetful(options.source)
    await expect(run({ ...options, source })).rejects.toMatchObject({ code: 'unavailable' })
    expect(state()?.state).toMatchObject({ fingerprintPhase: 'comparing', fingerprintPass: 2 })
    const brought = state()?.state.checkpoint.rowsRead ?? 0
    expect(brought).toBeGreaterThan(0)
    // The link is refused, so that the read begins again under the same epoch; a row it has brought is gone by then.
    const first = [...table.expected().keys()].sort()[0]!
    expect(ids).toContain(first)
    table.remove(first)
    table.emulator.faults.next({ url: 'skiptoken', status: 400, code: '0x80041129' })
    await run(options)
    expect(state()?.state).toMatchObject({ fingerprintPass: 3, checkpoint: { epoch: 2 } })
    expectExact(sink.rows(), table)
    expect(fingerprints.rows()).toEqual(sink.rows())
  })
})

describe('a restart with a fingerprint store', () => {
  it('passes every row, so that a sink that lost some has them again, and counts what it sent', async () => {
    const { sink, fingerprints, events, run } = setUp(table)
    const ids = table.add(5)
    await run({ fingerprints })
    // Somebody edits the sink in place; neither its position nor the fingerprints know of it.
    const lost = sink.log.findIndex((entry) => entry.kind === 'upserted' && entry.id === ids[1])
    sink.log.splice(lost, 1, { kind: 'deleted', id: 'nobody' })
    expect(sink.rows().has(ids[1] ?? '')).toBe(false)
    table.remove(ids[4] ?? '')
    expect(await run({ fingerprints, restart: true })).toMatchObject({ upserted: 4, unchanged: 0, rows: 4 })
    expectExact(sink.rows(), table)
    expectExact(sink.published(), table)
    expect(fingerprints.rows()).toEqual(sink.rows())
    expect(find(events, 'fingerprint-rebuild')).toEqual([])
    // The next resync compares again.
    expect(await run({ fingerprints, source: forgetful(table.feed()) })).toMatchObject({
      upserted: 0,
      unchanged: 4,
    })
  })

  it('goes on passing every row behind an interruption', async () => {
    const { sink, fingerprints, run, state } = setUp(table)
    table.add(9)
    const options = { fingerprints, commitBytes: 1, source: table.feed({ pageSize: 3, gapGuard: false }) }
    await run(options)
    table.emulator.faults.next({ url: 'skiptoken', nth: 2, status: 503 })
    await expect(run({ ...options, restart: true })).rejects.toMatchObject({ code: 'unavailable' })
    expect(state()?.state.fingerprintPhase).toBe('filling')
    const before = sink.log.length
    await run(options)
    expect(told(sink.log, before).upserted).toBeGreaterThan(0)
    expect(told(sink.log, before).complete).toBe(1)
    expectExact(sink.rows(), table)
  })
})

describe('a fingerprint store that does not know what the sink holds', () => {
  it('is filled by a full read of the next epoch that the sink sees', async () => {
    const { sink, fingerprints, events, run } = setUp(table)
    const ids = table.add(8)
    await run()
    table.remove(ids[0]!)
    const before = sink.log.length
    const summary = await run({ fingerprints })
    expect(find(events, 'fingerprint-rebuild')).toEqual([{ kind: 'fingerprint-rebuild', why: 'new' }])
    expect(find(events, 'reset').at(-1)).toMatchObject({ epoch: 2 })
    expect(told(sink.log, before)).toMatchObject({ upserted: 7, reset: 1, complete: 1 })
    expect(summary.rows).toBe(7)
    expectExact(sink.rows(), table)
    expect(fingerprints.rows()).toEqual(sink.rows())
  })

  it.each(['removed', 'put back from a copy'])('is filled again when it was %s', async (how) => {
    const { sink, fingerprints, events, run } = setUp(table)
    const ids = table.add(8)
    await run({ fingerprints })
    const putBack = fingerprints.backUp()
    table.change(ids[2]!, 'Renamed')
    await run({ fingerprints })
    if (how === 'removed') fingerprints.lose()
    else putBack()
    table.remove(ids[0]!)
    await run({ fingerprints })
    expect(find(events, 'fingerprint-rebuild')).toEqual([{ kind: 'fingerprint-rebuild', why: 'lost' }])
    expectExact(sink.rows(), table)
    expect(fingerprints.rows()).toEqual(sink.rows())
    const before = sink.log.length
    await run({ fingerprints, source: forgetful(table.feed()) })
    expect(told(sink.log, before)).toEqual({ upserted: 0, deleted: 0, reset: 0, complete: 0 })
  })

  it('goes on being filled behind an interruption, though the read begins again', async () => {
    const { sink, fingerprints, run, state } = setUp(table)
    table.add(9)
    await run()
    const options = { fingerprints, commitBytes: 1, source: table.feed({ pageSize: 3, gapGuard: false }) }
    table.emulator.faults.next({ url: 'skiptoken', nth: 2, status: 503 })
    await expect(run(options)).rejects.toMatchObject({ code: 'unavailable' })
    expect(state()?.state.fingerprintPhase).toBe('filling')
    table.remove([...table.expected().keys()].sort()[0]!)
    table.emulator.faults.next({ url: 'skiptoken', status: 400, code: '0x80041129' })
    await run(options)
    expectExact(sink.rows(), table)
    expect(fingerprints.rows()).toEqual(sink.rows())
  })

  it('is filled when the sink had to be begun anew', async () => {
    const { sink, fingerprints, run } = setUp(table)
    table.add(5)
    await run({ fingerprints })
    sink.log.length = 1
    await expect(run({ fingerprints })).rejects.toMatchObject({ code: 'sink-mismatch' })
    await run({ fingerprints, restart: true })
    expect(told(sink.log, 0)).toEqual({ upserted: 5, deleted: 0, reset: 1, complete: 1 })
    expectExact(sink.rows(), table)
  })
})

describe('a fingerprint store that is taken away', () => {
  it.each(['comparing', 'deriving'] as const)(
    'in a resync that is %s leads to a full read',
    async (phase) => {
      const { sink, fingerprints, events, run, state } = setUp(table)
      const ids = table.add(9)
      const options = { fingerprints, commitBytes: 1 }
      await run(options)
      table.remove(ids[0]!)
      const reason = new Error('enough')
      const controller = new AbortController()
      const onStep: TestOptions['onStep'] = (step) => {
        if (step === 'after-state-saved' && state()?.state.fingerprintPhase === phase)
          controller.abort(reason)
      }
      const source = forgetful(table.feed({ pageSize: 3 }))
      await expect(run({ ...options, source, signal: controller.signal, onStep })).rejects.toBe(reason)
      expect(state()?.state.fingerprintPhase).toBe(phase)
      await run()
      expect(find(events, 'fingerprint-rebuild')).toEqual([{ kind: 'fingerprint-rebuild', why: 'removed' }])
      expect(state()?.state).not.toHaveProperty('fingerprintMark')
      expectExact(sink.rows(), table)
    },
  )
})
