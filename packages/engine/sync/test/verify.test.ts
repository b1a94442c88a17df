import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type RowDifference, type VerifyEvent, type VerifyOptions, verify } from '../src/index.js'
import { type EmulatedTable, expectExact, startTable } from './support/emulated-table.js'
import type { LoggedEvent, MemoryPosition } from './support/memory-sink.js'
import { type SetUp, setUp } from './support/set-up.js'

let table: EmulatedTable
let nowMs: number
let folder: string

beforeEach(async () => {
  nowMs = Date.parse('2026-03-01')
  table = await startTable({ clock: () => nowMs })
  folder = await mkdtemp(join(tmpdir(), 'verify-'))
})
afterEach(async () => {
  await table.stop()
  await rm(folder, { recursive: true })
})

type Options = VerifyOptions<MemoryPosition, Record<string, unknown>>

function verifyRooms({ sink, checkpoints }: SetUp, options: Partial<Options> = {}) {
  const source = table.feed({ pageSize: 4 })
  return verify({ name: 'products', source, sink, checkpoints, temporaryDirectory: folder, ...options })
}

/** Somebody meddles with the sink: what they did is committed there, and nobody else knows. */
function plant({ sink, checkpoints }: SetUp, ...entries: LoggedEvent[]): void {
  sink.log.push(...entries)
  const { state, revision } = checkpoints.states.get('products')!
  checkpoints.states.set('products', {
    state: { ...state, position: { entries: sink.log.length } },
    revision,
  })
}

const rowText = (productid: string, name: string) => JSON.stringify({ productid, name, productnumber: 'X' })
const upserted = (id: string, rowVersion: string): LoggedEvent => ({
  kind: 'upserted',
  id,
  rowVersion,
  text: rowText(id, 'planted'),
})
const strange = 'ffffffff-0000-4000-8000-000000000001'
const byId = (a: RowDifference, b: RowDifference) => (a.id < b.id ? -1 : 1)

describe('verify', () => {
  it('brings the sink up to date and finds nothing where nothing differs', async () => {
    const rooms = setUp(table)
    const ids = table.add(9)
    await rooms.run()
    table.remove(ids[0]!)
    table.change(ids[1]!, 'Renamed')
    const events: VerifyEvent[] = []
    const summary = await verifyRooms(rooms, { onEvent: (event) => events.push(event) })
    expect(summary).toMatchObject({
      name: 'products',
      ok: true,
      rowsInTable: 8,
      rowsInSink: 8,
      missing: 0,
      stale: 0,
      extra: 0,
      unversioned: 0,
      sample: [],
      repaired: 0,
    })
    expect(events.filter(({ kind }) => kind === 'listed').at(-1)).toEqual({
      kind: 'listed',
      side: 'table',
      rows: 8,
    })
    expectExact(rooms.sink.rows(), table)
    expect(rooms.sink.isOpen()).toBe(false)
    expect(rooms.checkpoints.isHeld('products')).toBe(false)
    expect(await readdir(folder)).toEqual([])
  })

  it('verifies what was never synced, by syncing it first', async () => {
    const rooms = setUp(table)
    table.add(3)
    expect(await verifyRooms(rooms)).toMatchObject({ ok: true, rowsInSink: 3 })
  })

  it.each([true, false])(
    'finds each kind of difference, and mends it (with a fingerprint store: %s)',
    async (withFingerprints) => {
      const rooms = setUp(table)
      const fingerprints = withFingerprints ? { fingerprints: rooms.fingerprints } : {}
      const ids = table.add(9)
      await rooms.run(fingerprints)
      const versionOf = (id: string) => JSON.parse(rooms.sink.rows().get(id)!)['@odata.etag'].split('"')[1]
      const expected: RowDifference[] = [
        { kind: 'missing', id: ids[1]!, expected: versionOf(ids[1]!) },
        { kind: 'stale', id: ids[2]!, held: '17', expected: versionOf(ids[2]!) },
        { kind: 'extra', id: strange, held: '5' },
      ]
      plant(rooms, { kind: 'deleted', id: ids[1]! }, upserted(ids[2]!, '17'), upserted(strange, '5'))
      const found = await verifyRooms(rooms, fingerprints)
      expect(found).toMatchObject({ ok: false, missing: 1, stale: 1, extra: 1, repaired: 0, rowsInTable: 9 })
      expect([...found.sample].sort(byId)).toEqual(expected.sort(byId))
      expect(rooms.sink.rows().has(strange)).toBe(true)

      const repaired = await verifyRooms(rooms, { ...fingerprints, repair: true })
      expect(repaired).toMatchObject({ ok: false, missing: 1, stale: 1, extra: 1, repaired: 3 })
      expectExact(rooms.sink.published(), table)
      expectExact(rooms.sink.rows(), table)
      expect(rooms.state()?.state.position).toEqual({ entries: rooms.sink.log.length })
      if (withFingerprints) expect(rooms.fingerprints.rows()).toEqual(rooms.sink.rows())
      else expect(rooms.state()?.state.rows).toBe(9)
      expect(await verifyRooms(rooms, fingerprints)).toMatchObject({ ok: true })
    },
  )

  it('names as many as asked for, counts them all, and tells each to who wants to know', async () => {
    const rooms = setUp(table)
    const ids = table.add(12)
    await rooms.run()
    plant(rooms, ...ids.slice(0, 8).map((id): LoggedEvent => ({ kind: 'deleted', id })))
    const told: RowDifference[] = []
    const onDifference = async (difference: RowDifference) => void told.push(difference)
    const summary = await verifyRooms(rooms, { sampleSize: 3, onDifference })
    expect(summary).toMatchObject({ missing: 8, ok: false })
    expect(summary.sample).toEqual(told.slice(0, 3))
    expect(told.map(({ id }) => id).sort()).toEqual(ids.slice(0, 8).sort())
  })

  it('reads what differs again in few requests, in however many buckets it lies', async () => {
    const rooms = setUp(table)
    const ids = table.add(120)
    await rooms.run()
    plant(rooms, ...ids.map((id): LoggedEvent => ({ kind: 'deleted', id })))
    const { repaired } = await verifyRooms(rooms, { repair: true })
    expect(repaired).toBe(120)
    expectExact(rooms.sink.rows(), table)
    expect(table.emulator.requests.filter(({ url }) => /filter=productid/.test(url))).toHaveLength(3)
  })

  it('takes rows that change while they are listed for no difference', async () => {
    const rooms = setUp(table)
    const ids = table.add(20)
    await rooms.run()
    plant(rooms, { kind: 'deleted', id: ids[19]! })
    let listed = 0
    const onEvent = ({ kind }: VerifyEvent) => {
      if (kind !== 'listed' || listed >= 6) return
      table.change(ids[listed]!, `Renamed ${listed}`)
      table.remove(ids[listed + 8]!)
      table.add(1)
      listed += 1
    }
    const summary = await verifyRooms(rooms, { onEvent })
    expect(listed).toBe(6)
    expect(summary).toMatchObject({
      missing: 1,
      stale: 0,
      extra: 0,
      sample: [{ kind: 'missing', id: ids[19] }],
    })
  })

  it('lists again when the token dies meanwhile', async () => {
    const rooms = setUp(table)
    const ids = table.add(6)
    const clock = { now: () => nowMs, delay: async () => undefined }
    const source = table.feed({ clock })
    await rooms.run({ source, fingerprints: rooms.fingerprints })
    plant(rooms, { kind: 'deleted', id: ids[2]! })
    let expiries = 1
    const onEvent = (event: VerifyEvent) => {
      if (event.kind !== 'listed' || event.side !== 'table' || expiries === 0) return
      expiries -= 1
      nowMs += 8 * 86_400_000
    }
    const options = { source, clock, fingerprints: rooms.fingerprints, onEvent }
    expect(await verifyRooms(rooms, options)).toMatchObject({ missing: 1, sample: [{ id: ids[2] }] })
    expiries = 9
    await expect(verifyRooms(rooms, options)).rejects.toMatchObject({ code: 'delta-token-expired' })
    expect(await readdir(folder)).toEqual([])
  })

  it('compares by keys alone where a sink knows no versions', async () => {
    const rooms = setUp(table)
    const ids = table.add(4)
    await rooms.run()
    plant(rooms, { kind: 'deleted', id: ids[0]! })
    const { sink } = rooms
    const held: typeof sink.held = async function* () {
      for await (const rows of sink.held()) {
        yield rows.map(({ id, deleted }) => ({ id, rowVersion: undefined, ...(deleted && { deleted }) }))
      }
    }
    expect(await verifyRooms(rooms, { sink: { ...sink, held } })).toMatchObject({
      missing: 1,
      unversioned: 3,
    })
  })

  it('takes nothing away that is in the table, whatever the list of keys left out', async () => {
    const rooms = setUp(table)
    const ids = table.add(4)
    await rooms.run()
    const source = table.feed()
    const keys: typeof source.keys = async function* (call) {
      for await (const group of source.keys(call)) yield group.filter(({ id }) => id !== ids[1])
    }
    const summary = await verifyRooms(rooms, { source: { ...source, keys }, repair: true })
    expect(summary).toMatchObject({ extra: 1, repaired: 1 })
    expectExact(rooms.sink.rows(), table)
  })

  it('stops before it takes too much away', async () => {
    const rooms = setUp(table)
    table.add(10)
    await rooms.run()
    const planted = Array.from({ length: 120 }, (_, index) =>
      upserted(`eeeeeeee-0000-4000-8000-${String(index).padStart(12, '0')}`, '1'),
    )
    plant(rooms, ...planted)
    const { state, revision } = rooms.state()!
    rooms.checkpoints.states.set('products', { state: { ...state, rows: 130 }, revision })
    await expect(verifyRooms(rooms, { repair: true })).rejects.toMatchObject({ code: 'too-many-deletions' })
    await verifyRooms(rooms, { repair: true, maxDeleteShare: 1 })
    expectExact(rooms.sink.rows(), table)
    expect(rooms.state()?.state.rows).toBe(10)
  })

  it('ends when it is told to, and when the lease is lost, and leaves nothing behind', async () => {
    const rooms = setUp(table)
    table.add(9)
    await rooms.run()
    for (const side of ['sink', 'table'] as const) {
      const controller = new AbortController()
      const reason = new Error('enough')
      const onEvent = (event: VerifyEvent) => {
        if (event.kind === 'listed' && event.side === side) controller.abort(reason)
      }
      await expect(verifyRooms(rooms, { onEvent, signal: controller.signal })).rejects.toBe(reason)
      const onListed = (event: VerifyEvent) => {
        if (event.kind === 'listed' && event.side === side) rooms.checkpoints.lose('products')
      }
      await expect(verifyRooms(rooms, { onEvent: onListed })).rejects.toMatchObject({ code: 'conflict' })
      expect(await readdir(folder)).toEqual([])
      expect(rooms.sink.isOpen()).toBe(false)
      expect(rooms.checkpoints.isHeld('products')).toBe(false)
    }
  })

  it('refuses a sink that cannot tell what it holds, and a source that cannot list', async () => {
    const rooms = setUp(table)
    const { held: _, ...mute } = rooms.sink
    await expect(verifyRooms(rooms, { sink: mute as never })).rejects.toThrow(/held\(\)/)
    const { id, table: tableName, read } = table.feed()
    await expect(verifyRooms(rooms, { source: { id, table: tableName, read } as never })).rejects.toThrow(
      TypeError,
    )
  })
})
