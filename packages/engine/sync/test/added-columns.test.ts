import type { Source } from '@deltaverse/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SyncEvent, SyncStep } from '../src/index.js'
import { expectedOf, fill, heldOf, more, wide } from './support/added-column.js'
import { type EmulatedTable, startTable } from './support/emulated-table.js'
import { createPatchableMemorySink } from './support/memory-sink.js'
import { type SetUp, setUp, type TestOptions } from './support/set-up.js'

let table: EmulatedTable
beforeEach(async () => {
  table = await startTable({ maxPageSize: 4 })
})
afterEach(() => table.stop())

const pages = (events: readonly SyncEvent[], phase: string) =>
  events.flatMap((event) => (event.kind === 'page' && event.phase === phase ? [event] : []))
const kinds = (events: readonly SyncEvent[]) => new Set(events.map(({ kind }) => kind))
const wideFeed = (options = {}) => table.feed({ pageSize: 4, select: wide, ...options })

function expectWhole({ sink }: Pick<SetUp, 'sink'>, columns: readonly string[] = wide): void {
  expect(heldOf(sink.rows(), columns)).toEqual(expectedOf(table, columns))
  expect(heldOf(sink.published(), columns)).toEqual(expectedOf(table, columns))
}

/** A table that was synced without the columns, which are filled by now. */
async function narrow(rows = 11): Promise<SetUp & { ids: string[] }> {
  const rooms = setUp(table, createPatchableMemorySink())
  const ids = table.add(rows)
  fill(table, ids)
  await rooms.run()
  rooms.events.length = 0
  return { ...rooms, ids }
}

describe('a column that is selected later', () => {
  it('is filled by reading it and nothing else, and the token stays', async () => {
    const rooms = await narrow(40)
    const { run, events, state } = rooms
    const summary = await run({ source: wideFeed() })
    expectWhole(rooms)
    expect(summary).toMatchObject({ upserted: 0, deleted: 0, backfilled: 40 })
    expect(kinds(events)).not.toContain('reset')
    expect(events).toContainEqual({ kind: 'columns-added', columns: [...more], filled: 'by-backfill' })
    expect(events).toContainEqual({ kind: 'columns-filled', columns: [...more] })
    expect(state()?.state).toMatchObject({ columns: wide, checkpoint: { epoch: 1 } })
    expect(state()?.state.backfills).toBeUndefined()
    const read = pages(events, 'backfill')
    const bytes = read.reduce((sum, { bodyBytes }) => sum + bodyBytes, 0)
    const { requestCount } = table.emulator
    const alone = table.client
    let aloneBytes = 0
    let requests = 0
    let path: string | undefined = 'products?$select=description,price'
    while (path !== undefined) {
      const page: unknown = await (await alone.request({ method: 'GET', path })).json()
      requests += 1
      aloneBytes += JSON.stringify(page).length
      const next: unknown = Object(page)['@odata.nextLink']
      path = typeof next === 'string' ? next.slice(next.indexOf('products')) : undefined
    }
    expect(table.emulator.requestCount - requestCount).toBe(requests)
    expect(read.length).toBeLessThanOrEqual(requests * 1.1)
    expect(bytes).toBeLessThanOrEqual(aloneBytes * 1.1)
    events.length = 0
    await run({ source: wideFeed() })
    expect(pages(events, 'backfill')).toEqual([])
  })

  it.each([false, true])(
    'loses nothing while somebody writes (fingerprints: %s)',
    async (withFingerprints) => {
      const rooms = setUp(table, createPatchableMemorySink())
      const options = withFingerprints ? { fingerprints: rooms.fingerprints } : {}
      let ids = table.add(17)
      fill(table, ids)
      await rooms.run(options)
      let round = 0
      const write = (): void => {
        round += 1
        table.change(ids[(round * 5) % ids.length]!, `Changed ${round}`)
        if (round % 3 === 0) table.remove(ids.splice((round * 7) % ids.length, 1)[0]!)
        if (round % 2 === 0) ids = [...ids, ...table.add(1)]
        fill(table, [ids[(round * 3) % ids.length]!])
      }
      const onStep = (step: SyncStep): void => {
        if (step === 'columns-read' || step === 'columns-written') write()
      }
      await rooms.run({ ...options, source: wideFeed(), onStep, backfillPauseMs: 0, commitBytes: 1 })
      await rooms.run({ ...options, source: wideFeed() })
      expectWhole(rooms)
      table.emulator.deltaTokens.expireAll()
      await rooms.run({ ...options, source: wideFeed() })
      expectWhole(rooms)
    },
  )

  it('does not bring back a row that goes between its reading and its writing', async () => {
    const rooms = await narrow()
    let gone = false
    const onStep = (step: SyncStep): void => {
      if (step !== 'columns-read' || gone) return
      gone = true
      table.remove(rooms.ids[0]!)
    }
    await rooms.run({ source: wideFeed(), onStep, backfillPauseMs: 0 })
    await rooms.run({ source: wideFeed() })
    expect(rooms.sink.rows().has(rooms.ids[0]!)).toBe(false)
    expectWhole(rooms)
  })

  it('goes on where it was broken off, at any step', async () => {
    const crash = new Error('crash')
    for (let at = 1; ; at += 1) {
      const rooms = await narrow(9)
      let taken = 0
      const onStep: TestOptions['onStep'] = () => {
        taken += 1
        if (taken === at) throw crash
      }
      const broken = rooms.run({ source: wideFeed(), onStep, commitBytes: 1 })
      const ended = await broken.catch((error: unknown) => error)
      if (ended !== crash) {
        expect(at).toBeGreaterThan(15)
        expect(ended).toMatchObject({ backfilled: 9 })
        break
      }
      table.change(rooms.ids[1]!, 'Changed meanwhile')
      const backfills = rooms.state()?.state.backfills
      rooms.events.length = 0
      await rooms.run({ source: wideFeed() })
      expectWhole(rooms)
      const again = pages(rooms.events, 'backfill').length
      const total = Math.ceil(table.expected().size / 4)
      expect(again).toBeLessThanOrEqual(backfills?.[0]?.cursor === undefined ? total : total - 1)
      for (const id of table.expected().keys()) table.remove(id)
    }
  })

  it('that is joined by another while it is being filled is filled first, and the other behind it', async () => {
    const rooms = await narrow()
    const first = table.feed({ pageSize: 4, select: ['name', 'productnumber', 'description'] })
    let written = 0
    const onStep: TestOptions['onStep'] = (step) => {
      if (step === 'after-state-saved') written += 1
      if (written === 3) throw new Error('crash')
    }
    await expect(rooms.run({ source: first, onStep, commitBytes: 1 })).rejects.toThrow('crash')
    expect(rooms.state()?.state.backfills).toMatchObject([{ columns: ['description'], cursor: {} }])
    rooms.events.length = 0
    await rooms.run({ source: wideFeed() })
    const filled = rooms.events.filter(({ kind }) => kind === 'columns-filled')
    expect(filled).toMatchObject([{ columns: ['description'] }, { columns: ['price'] }])
    expect(pages(rooms.events, 'backfill')).toHaveLength(1 + 3)
    expectWhole(rooms)
  })

  it('that is no longer selected leads to what the source was told, and selected again it is filled', async () => {
    const rooms = await narrow()
    await rooms.run({ source: wideFeed() })
    const narrowAgain = table.feed({ pageSize: 4 })
    await expect(rooms.run({ source: narrowAgain })).rejects.toMatchObject({ code: 'checkpoint-mismatch' })
    await rooms.run({ source: table.feed({ pageSize: 4, onMismatch: 'reset' }) })
    expect(rooms.state()?.state.columns).toEqual(['name', 'productnumber'])
    fill(table, rooms.ids.slice(0, 3))
    await rooms.run({ source: wideFeed() })
    expectWhole(rooms)
  })

  it.each([false, true])(
    'that is no longer selected is in no row any more (fingerprints: %s)',
    async (withFingerprints) => {
      const rooms = setUp(table, createPatchableMemorySink())
      const options = withFingerprints ? { fingerprints: rooms.fingerprints } : {}
      fill(table, table.add(11))
      await rooms.run(options)
      await rooms.run({ ...options, source: wideFeed() })
      await rooms.run({ ...options, source: table.feed({ pageSize: 4, onMismatch: 'reset' }) })
      const members = new Set(
        [...rooms.sink.rows().values()].flatMap((text) => Object.keys(JSON.parse(text))),
      )
      expect(more.filter((name) => members.has(name))).toEqual([])
      expectWhole(rooms, ['name', 'productnumber'])
    },
  )

  it('is filled before a verification looks', async () => {
    const rooms = await narrow()
    const { verify } = await import('../src/index.js')
    const { sink, checkpoints } = rooms
    const summary = await verify({ name: 'products', source: wideFeed(), sink, checkpoints })
    expect(summary.ok).toBe(true)
    expectWhole(rooms)
  })

  it.each(['refused', 'given'] as const)(
    'is read in full where the service binds its tokens to their columns (%s)',
    async (otherColumns) => {
      await table.stop()
      table = await startTable({ maxPageSize: 4, changeTracking: { otherColumns } })
      const rooms = await narrow()
      await rooms.run({ source: wideFeed() })
      table.change(rooms.ids[0]!, 'Changed')
      await rooms.run({ source: wideFeed() })
      expectWhole(rooms)
      table.change(rooms.ids[1]!, 'Changed again')
      await rooms.run({ source: wideFeed() })
      expectWhole(rooms)
      const resets = rooms.events.filter(({ kind }) => kind === 'reset')
      expect(resets).not.toEqual([])
      for (const reset of resets) expect(reset).toMatchObject({ reason: 'schema-changed', epoch: 2 })
    },
  )

  it('that comes while a snapshot is under way is in the one that begins anew', async () => {
    const rooms = setUp(table, createPatchableMemorySink())
    fill(table, table.add(11))
    const onStep: TestOptions['onStep'] = (step) => {
      if (step === 'after-state-saved') throw new Error('crash')
    }
    await expect(rooms.run({ onStep, commitBytes: 1 })).rejects.toThrow('crash')
    await rooms.run({ source: wideFeed() })
    expectWhole(rooms)
    expect(pages(rooms.events, 'backfill')).toEqual([])
  })
})

describe('a column that is added to a table whose every column is read', () => {
  const all = () => table.feed({ pageSize: 4, select: undefined })
  /** Tells of the columns as they were before. */
  const before = (): Source => ({
    ...all(),
    columns: async () => ['productid', 'name', 'productnumber'],
    async *read(options) {
      yield* table.feed({ pageSize: 4 }).read({ ...options, checkpoint: null, restart: true })
    },
  })

  async function beforeItCame(options: Partial<TestOptions> = {}, patches = true) {
    const rooms = setUp(table, patches ? createPatchableMemorySink() : undefined)
    const ids = table.add(11)
    fill(table, ids)
    await rooms.run({ ...options, source: before() })
    // As if it had been a read of every column there was.
    const { state, revision } = rooms.state()!
    const cursor = await boundaryOf(all())
    rooms.checkpoints.states.set('products', { state: { ...state, checkpoint: cursor }, revision })
    rooms.events.length = 0
    return rooms
  }

  async function boundaryOf(source: Source) {
    for await (const batch of source.read({ checkpoint: null })) {
      for (const event of batch) {
        if (event.kind === 'checkpoint' && event.checkpoint.isBoundary) return event.checkpoint
      }
    }
    throw new Error('a read has an end')
  }

  it.each([false, true])('is filled (fingerprints: %s)', async (withFingerprints) => {
    const rooms = await beforeItCame()
    await rooms.run({ source: all(), ...(withFingerprints && { fingerprints: rooms.fingerprints }) })
    expectWhole(rooms)
    expect(kinds(rooms.events).has('reset')).toBe(withFingerprints)
  })

  it.each([false, true])(
    'is read in full into a sink that cannot fill it, and it says why (fingerprints: %s)',
    async (withFingerprints) => {
      const rooms = setUp(table)
      const options = withFingerprints ? { fingerprints: rooms.fingerprints } : {}
      const prepared = await beforeItCame(options, false)
      const given = withFingerprints ? { fingerprints: prepared.fingerprints } : {}
      await prepared.run({ source: all(), ...given })
      expectWhole(prepared)
      const why = 'the sink cannot put some columns into rows that it holds'
      expect(prepared.events.find(({ kind }) => kind === 'columns-added')).toMatchObject({ why })
      expect(prepared.events.find(({ kind }) => kind === 'reset')).toMatchObject({ epoch: 2 })
      await prepared.run({ source: all(), ...given })
      expect(prepared.events.filter(({ kind }) => kind === 'reset')).toHaveLength(1)
    },
  )
})
