import { createClient, type DataverseClient } from '@deltaverse/client'
import { type ChangeEvent, type Checkpoint, isDataverseError } from '@deltaverse/core'
import { type Emulator, type EmulatorOptions, startEmulator } from '@deltaverse/emulator'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ChangeFeedOptions, createChangeFeed, describeTable, type FeedEvent } from '../../src/index.js'
import { createRebuiltState } from './rebuilt-state.js'

let emulator: Emulator
let client: DataverseClient

const untracked = {
  logicalName: 'new_thing',
  columns: [{ logicalName: 'new_name', type: 'string' as const }],
}

async function start(options: EmulatorOptions = {}): Promise<void> {
  emulator = await startEmulator({ tables: [untracked], ...options })
  client = createClient({ url: emulator.url })
}

async function stop(): Promise<void> {
  await client.close()
  await emulator.close()
}

beforeEach(() => start())
afterEach(stop)

const select = ['name', 'productnumber']

function products(options: Partial<ChangeFeedOptions> = {}) {
  return createChangeFeed<{ name: string; productnumber: string }>(client, {
    entitySet: 'products',
    select,
    ...options,
  })
}

function addProducts(count: number, from = 1): string[] {
  const table = emulator.table('products')
  return Array.from({ length: count }, (_, index) => {
    const number = String(from + index).padStart(5, '0')
    return table.create({ name: `Product ${number}`, productnumber: `P${number}` })
  })
}

async function gather(events: AsyncIterable<ChangeEvent>): Promise<ChangeEvent[]> {
  const gathered: ChangeEvent[] = []
  for await (const event of events) gathered.push(event)
  return gathered
}

function checkpointOf(events: readonly ChangeEvent[]): Checkpoint {
  const last = events.findLast((event) => event.kind === 'checkpoint')
  if (last === undefined) throw new Error('no checkpoint')
  return last.checkpoint
}

const kinds = (events: readonly ChangeEvent[]) => events.map((event) => event.kind)

describe('a feed on the emulator', () => {
  it('reads everything, then only what changed, deletions included', async () => {
    const [first, second] = addProducts(5)
    const full = await gather(products().changes())
    expect(kinds(full)).toEqual(['reset', ...Array(5).fill('upserted'), 'complete', 'checkpoint'])

    emulator.table('products').update(first!, { name: 'Renamed' })
    emulator.table('products').remove(second!)
    addProducts(1, 6)
    const delta = await gather(products({ checkpoint: checkpointOf(full) }).changes())
    expect(kinds(delta)).toEqual(['upserted', 'upserted', 'deleted', 'checkpoint'])
    expect(delta[0]).toMatchObject({ id: first, row: { name: 'Renamed', productnumber: 'P00001' } })
    expect(delta[2]).toMatchObject({ id: second, reason: 'deleted' })

    const nothing = await gather(products({ checkpoint: checkpointOf(delta) }).changes())
    expect(kinds(nothing)).toEqual(['checkpoint'])
  })

  it('begins each read where that read says, and otherwise where the feed was told to', async () => {
    addProducts(3)
    const feed = products()
    const full = await gather(feed.changes())
    const checkpoint = checkpointOf(full)
    addProducts(1, 4)
    expect(kinds(await gather(feed.changes({ checkpoint })))).toEqual(['upserted', 'checkpoint'])
    const again = await gather(feed.changes({ checkpoint, restart: true }))
    expect(again[0]).toMatchObject({ kind: 'reset', reason: 'requested', epoch: 2 })
    const afresh = await gather(products({ checkpoint }).changes({ checkpoint: null }))
    expect(afresh[0]).toMatchObject({ kind: 'reset', reason: 'initial', epoch: 1 })
    const pages: number[] = []
    await gather(
      feed.changes({ checkpoint, onEvent: (event) => event.kind === 'page' && pages.push(event.upserted) }),
    )
    expect(pages).toEqual([1])
    const unreadable = { ...checkpoint, version: 7 } as never
    await expect(gather(feed.changes({ checkpoint: unreadable }))).rejects.toMatchObject({
      code: 'checkpoint-invalid',
    })
  })

  it('gives the same page by page, with a checkpoint to each', async () => {
    addProducts(5)
    const pages = []
    for await (const page of products({ pageSize: 2 }).pages()) pages.push(page)
    expect(pages.map((page) => page.changes.length)).toEqual([2, 2, 1, 0])
    expect(pages.map((page) => page.reset?.epoch)).toEqual([1, undefined, undefined, undefined])
    expect(pages.map((page) => page.complete?.rows)).toEqual([undefined, undefined, undefined, 5])
    expect(pages.map((page) => page.checkpoint.phase)).toEqual([
      'snapshot',
      'snapshot',
      'snapshot',
      'incremental',
    ])
  })

  it('resumes from every checkpoint of an interrupted read without a gap', async () => {
    addProducts(9)
    const events = await gather(products({ pageSize: 2 }).changes())
    for (const [index, event] of events.entries()) {
      if (event.kind !== 'checkpoint') continue
      const state = createRebuiltState()
      for (const before of events.slice(0, index)) state.apply(before)
      const rest = await gather(products({ pageSize: 2, checkpoint: event.checkpoint }).changes())
      for (const after of rest) state.apply(after)
      expect(state.rows.size).toBe(9)
    }
  })

  it('knows how long its token lives from the environment, and resyncs by itself afterwards', async () => {
    await stop()
    let nowMs = Date.parse('2026-03-01T00:00:00Z')
    await start({ clock: () => nowMs })
    const [first] = addProducts(3)
    const clock = { now: () => nowMs, delay: async () => undefined }
    const checkpoint = checkpointOf(await gather(products({ clock }).changes()))
    expect(checkpoint.expiresAt).toBe('2026-03-08T00:00:00.000Z')
    emulator.table('products').remove(first!)
    nowMs += 8 * 86_400_000
    // Once by its own knowledge, once because the service says so.
    for (const tokenLifetimeDays of ['ask', 0] as const) {
      const { expiresAt: _, ...unknowing } = checkpoint
      const given = tokenLifetimeDays === 0 ? unknowing : checkpoint
      const events = await gather(products({ clock, checkpoint: given, tokenLifetimeDays }).changes())
      expect(events[0]).toEqual({ kind: 'reset', reason: 'token-expired', epoch: 2 })
      expect(kinds(events).filter((kind) => kind === 'upserted')).toHaveLength(2)
    }
  })

  it('resyncs when the service silently answers with everything', async () => {
    await stop()
    let nowMs = Date.parse('2026-03-01T00:00:00Z')
    await start({ clock: () => nowMs, changeTracking: { expiry: 'full-result' } })
    addProducts(3)
    const clock = { now: () => nowMs, delay: async () => undefined }
    const options = { clock, tokenLifetimeDays: 90 }
    const checkpoint = checkpointOf(await gather(products(options).changes()))
    nowMs += 91 * 86_400_000
    const events = await gather(products({ ...options, checkpoint }).changes())
    expect(kinds(events)).toEqual(['reset', 'upserted', 'upserted', 'upserted', 'complete', 'checkpoint'])
  })

  it('resyncs when the token comes from another history of the environment', async () => {
    addProducts(30)
    const checkpoint = checkpointOf(await gather(products().changes()))
    await stop()
    await start()
    addProducts(2)
    const events = await gather(products({ checkpoint }).changes())
    expect(events[0]).toMatchObject({ kind: 'reset', reason: 'token-expired' })
    expect(kinds(events)).toHaveLength(5)
  })

  it('refuses a table without change tracking and says how to switch it on', async () => {
    const reading = gather(createChangeFeed(client, { entitySet: 'new_things' }).changes())
    await expect(reading).rejects.toMatchObject({ code: 'change-tracking-disabled' })
    await expect(reading).rejects.toThrow(/Track changes/)
    const knowing = createChangeFeed(client, { entitySet: 'new_things', primaryKey: 'new_thingid' })
    await expect(gather(knowing.changes())).rejects.toMatchObject({ code: 'change-tracking-disabled' })
  })

  it('refuses a table or column that does not exist before it says that a read begins', async () => {
    await expect(gather(createChangeFeed(client, { entitySet: 'nothings' }).changes())).rejects.toMatchObject(
      {
        code: 'not-found',
      },
    )
    const events: ChangeEvent[] = []
    const reading = (async () => {
      for await (const event of products({ select: ['nonsense'] }).changes()) events.push(event)
    })()
    await expect(reading).rejects.toMatchObject({ code: 'bad-request' })
    expect(events).toEqual([])
  })

  it('reads tables whose key is not named after them, annotations included', async () => {
    await stop()
    await start()
    emulator.table('tasks').create({ subject: 'Call' })
    const feed = createChangeFeed(client, { entitySet: 'tasks', annotations: '*' })
    const [, change] = await gather(feed.changes())
    expect(change).toMatchObject({ kind: 'upserted', row: { subject: 'Call' } })
    const { id, row } = change as { id: string; row: Record<string, unknown> }
    expect(row.activityid).toBe(id)
    expect(row['statecode@OData.Community.Display.V1.FormattedValue']).toBe('Open')
  })

  it('describes a table by either of its names', async () => {
    const wanted = {
      entitySet: 'products',
      logicalName: 'product',
      primaryKey: 'productid',
      changeTrackingEnabled: true,
    }
    expect(await describeTable(client, 'product')).toMatchObject(wanted)
    expect(await describeTable(client, 'products')).toMatchObject(wanted)
  })
})

describe('cancellation', () => {
  it('by signal ends with its reason, untouched, before anything is sent and in the middle', async () => {
    addProducts(10)
    const reason = new Error('enough')
    await expect(gather(products().changes({ signal: AbortSignal.abort(reason) }))).rejects.toBe(reason)
    const controller = new AbortController()
    const reading = (async () => {
      for await (const event of products({ pageSize: 2 }).changes({ signal: controller.signal })) {
        if (event.kind === 'checkpoint') controller.abort(reason)
      }
    })()
    await expect(reading).rejects.toBe(reason)
  })

  it('by leaving the loop asks for nothing more', async () => {
    addProducts(40)
    for await (const event of products({ pageSize: 2, readAheadBytes: 0 }).changes()) {
      if (event.kind === 'checkpoint') break
    }
    const asked = emulator.requests.filter(({ url }) => url.includes('/products'))
    expect(asked.map(({ url }) => url.split('/').at(-1))).toEqual([
      'products?$select=productid',
      'products?$select=name,productnumber',
    ])
  })
})

describe('follow()', () => {
  it('reads on, waiting longer while nothing changes, until its signal', async () => {
    addProducts(1)
    const controller = new AbortController()
    const waits: number[] = []
    const clock = {
      now: () => Date.now(),
      async delay(ms: number) {
        waits.push(ms)
        if (waits.length === 4) addProducts(1, 2)
        if (waits.length === 6) controller.abort(new Error('enough'))
      },
    }
    const feed = products({ clock, random: () => 0.5 })
    const seen: string[] = []
    const following = (async () => {
      const options = { signal: controller.signal, minIntervalMs: 100, maxIntervalMs: 300 }
      for await (const batch of feed.follow(options)) {
        for (const event of batch) seen.push(event.kind)
      }
    })()
    await expect(following).rejects.toThrow('enough')
    expect(waits).toEqual([100, 200, 300, 300, 100, 200])
    expect(seen.filter((kind) => kind === 'upserted')).toHaveLength(2)
    expect(seen.filter((kind) => kind === 'reset')).toHaveLength(1)
  })

  it('waits as long as it is asked to, and twice as long behind each failure', async () => {
    addProducts(1)
    const controller = new AbortController()
    const waits: number[] = []
    let nowMs = Date.now()
    const pass = (ms: number): void => {
      nowMs += ms
    }
    const clock = {
      now: () => nowMs,
      async delay(ms: number) {
        nowMs += ms
        waits.push(ms)
        if (waits.length === 5) controller.abort(new Error('enough'))
      },
    }
    const single = createClient({
      url: emulator.url,
      retry: { maxAttempts: 1 },
      clock: { ...clock, delay: async (ms: number) => pass(ms) },
    })
    const events: FeedEvent[] = []
    const feed = createChangeFeed(single, {
      entitySet: 'products',
      primaryKey: 'productid',
      tokenLifetimeDays: 0,
      clock,
      random: () => 0.5,
      onEvent: (event) => events.push(event),
    })
    emulator.faults.next({ url: 'products?', status: 503, times: 3 })
    emulator.faults.next({ url: 'products?', status: 503, retryAfterSeconds: 90 })
    const following = (async () => {
      const options = { signal: controller.signal, minIntervalMs: 100, maxIntervalMs: 10_000 }
      for await (const _ of feed.follow(options));
    })()
    await expect(following).rejects.toThrow('enough')
    expect(waits).toEqual([100, 200, 400, 90_000, 100])
    const polls = events.filter(({ kind }) => kind === 'failed-poll' || kind === 'waiting')
    expect(polls).toMatchObject([
      { delayMs: 100, error: { status: 503 } },
      { delayMs: 200 },
      { delayMs: 400 },
      { delayMs: 90_000, error: { status: 503, retryAfterMs: 90_000 } },
      { kind: 'waiting', delayMs: 100 },
    ])
    await single.close()
  })

  it('refuses intervals that cannot be right', () => {
    expect(() => products().follow({ minIntervalMs: 0 })).toThrow(RangeError)
    expect(() => products().follow({ minIntervalMs: 10, maxIntervalMs: 5 })).toThrow(RangeError)
  })
})

describe('the state rebuilt from a feed', () => {
  const operations = fc.array(
    fc.oneof(
      fc.record({ do: fc.constant('create' as const), count: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ do: fc.constant('update' as const), at: fc.nat() }),
      fc.record({ do: fc.constant('remove' as const), at: fc.nat() }),
      fc.record({ do: fc.constant('read' as const), stopAfter: fc.option(fc.integer({ min: 1, max: 3 })) }),
      fc.record({ do: fc.constant('expire' as const) }),
    ),
    { minLength: 5, maxLength: 40 },
  )

  type Step = typeof operations extends fc.Arbitrary<(infer T)[]> ? T : never

  /** Writes to the table and a consumer of its feed, step by step. */
  function createScene(pageSize: number) {
    const table = emulator.table('products')
    for (const row of table.rows()) table.remove(row.productid as string)
    const state = createRebuiltState()
    let checkpoint: Checkpoint | undefined
    let next = 1

    /** Reads to the end, or is gone behind a number of checkpoints as a killed process would. */
    async function read(stopAfter: number | null): Promise<void> {
      let left = stopAfter ?? Number.POSITIVE_INFINITY
      for await (const event of products({ pageSize, checkpoint }).changes()) {
        state.apply(event)
        if (event.kind !== 'checkpoint') continue
        checkpoint = event.checkpoint
        left -= 1
        if (left === 0) return
      }
    }

    async function take(step: Step): Promise<void> {
      const ids = table.rows().map((row) => row.productid as string)
      if (step.do === 'create') next += addProducts(step.count, next).length
      else if (step.do === 'read') await read(step.stopAfter)
      else if (step.do === 'expire') emulator.deltaTokens.expireAll()
      else if (ids.length > 0) {
        const id = ids[step.at % ids.length]!
        if (step.do === 'remove') table.remove(id)
        else table.update(id, { name: `Renamed ${next}` })
      }
    }
    return { table, rebuilt: state.rows, read, take }
  }

  const contentOf = (rows: Iterable<Record<string, unknown>>) =>
    [...rows].map((row) => `${row.productid} ${row.name} ${row.productnumber}`).sort()

  it.each(['first-page', 'last-page'] as const)(
    'equals the table after any interleaving of writes, interrupted reads and expiries: %s',
    async (watermark) => {
      await stop()
      await start({ changeTracking: { watermark } })
      await fc.assert(
        fc.asyncProperty(operations, fc.constantFrom(1, 2, 3, 7), async (steps, pageSize) => {
          const scene = createScene(pageSize)
          for (const step of steps) await scene.take(step)
          // Twice: a read that goes on where it was interrupted tells what was so when it began.
          await scene.read(null)
          await scene.read(null)
          expect(contentOf(scene.rebuilt.values())).toEqual(contentOf(scene.table.rows()))
        }),
        { numRuns: 40 },
      )
    },
    60_000,
  )
})

it('errors of a feed are recognised by their code', async () => {
  const error = await gather(createChangeFeed(client, { entitySet: 'nothings' }).changes()).catch(
    (failed) => failed,
  )
  expect(isDataverseError(error) && error.code).toBe('not-found')
})
