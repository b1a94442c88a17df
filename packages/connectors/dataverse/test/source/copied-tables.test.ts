import { afterEach, describe, expect, it } from 'vitest'
import { type ChangeFeedOptions, createChangeFeed } from '../../src/index.js'
import { type Answer, refusal, type ScriptedServer, startScriptedServer } from './scripted-server.js'
import { base, checkpointOf, deltaLink, flat, id, instantClock, page, sketch, thing } from './things.js'

let server: ScriptedServer
let clock: ReturnType<typeof instantClock>

afterEach(() => server.close())

async function start(script: Record<string, Answer | Answer[]>): Promise<void> {
  server = await startScriptedServer(script)
  clock = instantClock()
}

const feedOf = (options: Partial<ChangeFeedOptions>) =>
  createChangeFeed(server.client, { entitySet: 'things', primaryKey: 'thingid', clock, ...options })

async function read(options: Partial<ChangeFeedOptions>) {
  const events = []
  for await (const event of feedOf(options).changes()) events.push(event)
  return events
}

/** A page that says what the service's clock shows. */
const at = (date: string, body: object): Answer => {
  return (response) => {
    response.writeHead(200, { 'content-type': 'application/json', date: new Date(date).toUTCString() })
    response.end(JSON.stringify(body))
  }
}

const next = `${base}/things?$skiptoken=2`
const hour = 3_600_000

describe('a table that is copied', () => {
  it('is read in full by every read, under the next epoch, and without change tracking', async () => {
    await start({ things: page([thing(1), thing(2)], {}) })
    const first = await read({ mode: 'full-copy' })
    expect(sketch(first)).toEqual([
      'reset 1 initial',
      'upserted 1',
      'upserted 2',
      'complete 1 with 2',
      'incremental end',
    ])
    expect(checkpointOf(first)).toMatchObject({ phase: 'incremental', isBoundary: true, epoch: 1 })
    const again = await read({ mode: 'full-copy', checkpoint: checkpointOf(first) })
    expect(sketch(again).slice(0, 2)).toEqual(['reset 2 full-copy', 'upserted 1'])
    expect(server.requests).toEqual(['things', 'things'])
    expect(server.headers.map(({ prefer }) => prefer)).toEqual([undefined, undefined])
  })

  it('goes on at the page where a copy was interrupted, and from the first page where its link is refused', async () => {
    await start({
      things: page([thing(1)], { '@odata.nextLink': next }),
      'things?$skiptoken=2': [page([thing(2)], {}), refusal(400, '0x80041129')],
    })
    const all = await read({ mode: 'full-copy' })
    const middle = all.find((event) => event.kind === 'checkpoint')
    if (middle?.kind !== 'checkpoint') throw new Error('no checkpoint between the pages')
    const pages = { mode: 'full-copy', checkpoint: middle.checkpoint } as const
    await expect(read(pages)).rejects.toThrow(/refused/)
    expect(server.requests.slice(2, 4)).toEqual(['things?$skiptoken=2', 'things'])
    await server.close()
    await start({ 'things?$skiptoken=2': page([thing(2)], {}) })
    expect(sketch(await read(pages))).toEqual(['upserted 2', 'complete 1 with 2', 'incremental end'])
  })

  it('reads keys and rows for a verification without change tracking', async () => {
    await start({
      'things?$select=thingid': page([thing(1)], {}),
      [`things?$filter=thingid%20eq%20${id(1)}`]: page([thing(1, { name: 'n' })], {}),
    })
    const feed = feedOf({ mode: 'full-copy' })
    const keys = []
    for await (const group of feed.keys()) keys.push(...group)
    expect(keys).toEqual([{ id: id(1), rowVersion: '1' }])
    const rows = []
    for await (const group of feed.rows([id(1)])) rows.push(...group)
    expect(rows.map(({ row }) => row)).toMatchObject([{ name: 'n' }])
    expect(server.headers.map(({ prefer }) => prefer)).toEqual([undefined, undefined])
  })

  it.each([
    ['full-copy', 'tracked', /made by copying the table/],
    ['tracked', 'full-copy', /made by change tracking/],
    ['tracked', 'modified-since', /made by change tracking/],
  ] as const)('does not go on from a checkpoint of %s with %s', async (before, after, why) => {
    const body = page([thing(1)], { '@odata.deltaLink': deltaLink })
    await start({ things: body, 'things?$select=thingid': body, 'things?$select=modifiedon&$top=1': body })
    const options = { tokenLifetimeDays: 0, gapGuard: false } as const
    const checkpoint = checkpointOf(await read({ ...options, mode: before }))
    await expect(read({ ...options, mode: after, checkpoint })).rejects.toThrow(why)
    const events = await read({ ...options, mode: after, checkpoint, onMismatch: 'reset' })
    expect(sketch(events)[0]).toBe('reset 2 schema-changed')
  })

  it('is copied anew when columns come later, and a token is not followed by whoever copies', async () => {
    const body = page([thing(1, { name: 'n' })], { '@odata.deltaLink': deltaLink })
    await start({ 'things?$select=name': body, 'things?$select=name,size': body })
    const wider = { select: ['name', 'size'], gapGuard: false, tokenLifetimeDays: 0 }
    for (const before of ['full-copy', 'tracked'] as const) {
      const checkpoint = checkpointOf(await read({ ...wider, select: ['name'], mode: before }))
      const feed = feedOf({ ...wider, mode: 'full-copy', onMismatch: 'reset' })
      const events = []
      for await (const batch of feed.read({ checkpoint, addedColumns: ['size'] })) events.push(...batch)
      expect(sketch(events)[0]).toBe('reset 2 schema-changed')
      expect(flat(checkpointOf(events)).deltaLink).toBeUndefined()
    }
  })

  it('is asked for more and more rarely when it is followed, as a copy does not tell what changed', async () => {
    await start({ things: page([thing(1)], {}) })
    const waits: number[] = []
    const stop = new AbortController()
    const onEvent = (event: { readonly kind: string; readonly delayMs?: number }) => {
      if (event.kind === 'waiting') waits.push(Math.round(event.delayMs ?? 0))
      if (waits.length === 4) stop.abort(new Error('enough'))
    }
    const follow = async () => {
      const intervals = { minIntervalMs: 1000, maxIntervalMs: 60_000, signal: stop.signal }
      for await (const _ of feedOf({ mode: 'full-copy', onEvent, random: () => 0.5 }).follow(intervals));
    }
    await expect(follow()).rejects.toThrow('enough')
    expect(waits).toEqual([1000, 2000, 4000, 8000])
  })
})

describe('a table that is read by modifiedon', () => {
  const time = 'things?$select=modifiedon&$top=1'
  const since = (text: string) => `things?$filter=${encodeURIComponent(`modifiedon ge ${text}`)}`
  const mode = 'modified-since'

  it('is copied first, and then asked for what is newer than the service was when the last read began, less the overlap', async () => {
    await start({
      [time]: [at('2026-03-15T12:00:00Z', page([], {})), at('2026-03-15T12:30:00Z', page([], {}))],
      things: page([thing(1), thing(2)], {}),
      [since('2026-03-15T11:55:00Z')]: page([thing(2)], {}),
      [since('2026-03-15T12:29:00Z')]: page([], {}),
    })
    const first = await read({ mode })
    expect(sketch(first)[0]).toBe('reset 1 initial')
    const second = await read({ mode, checkpoint: checkpointOf(first) })
    expect(sketch(second)).toEqual(['upserted 2', 'incremental end'])
    const third = await read({ mode, overlapMs: 60_000, checkpoint: checkpointOf(second) })
    expect(sketch(third)).toEqual(['incremental end'])
    expect(third.at(-1)).toMatchObject({ checkpoint: { epoch: 1, isBoundary: true } })
  })

  it('is not blinded by a row from the future, as it goes by the clock of the service', async () => {
    const future = { modifiedon: '2099-01-01T00:00:00Z' }
    await start({
      [time]: at('2026-03-15T12:00:00Z', page([thing(1, future)], {})),
      things: page([thing(1, future)], {}),
      [since('2026-03-15T11:55:00Z')]: page([thing(1, future), thing(2)], {}),
    })
    const first = await read({ mode })
    expect(sketch(await read({ mode, checkpoint: checkpointOf(first) }))).toContain('upserted 2')
  })

  it('is copied again when a copy is due, so that deletions are found', async () => {
    await start({ [time]: at('2026-03-15T12:00:00Z', page([], {})), things: page([thing(1)], {}) })
    const first = await read({ mode, copyEveryMs: hour })
    clock.nowMs += hour
    const due = await read({ mode, copyEveryMs: hour, checkpoint: checkpointOf(first) })
    expect(sketch(due)[0]).toBe('reset 2 full-copy')
  })

  it('goes on between its pages, and from where the read began when the link is refused', async () => {
    const begin = since('2026-03-15T11:55:00Z')
    await start({
      [time]: [at('2026-03-15T12:00:00Z', page([], {})), at('2026-03-15T12:30:00Z', page([], {}))],
      things: page([thing(1)], {}),
      [begin]: page([thing(2)], { '@odata.nextLink': next }),
      'things?$skiptoken=2': [page([thing(3)], {}), refusal(400, '0x80041129'), page([thing(3)], {})],
    })
    const checkpoint = checkpointOf(await read({ mode }))
    const events = await read({ mode, checkpoint })
    const [middle] = events.filter((event) => event.kind === 'checkpoint')
    if (middle?.kind !== 'checkpoint') throw new Error('no checkpoint between the pages')
    expect(middle.checkpoint).toMatchObject({ isBoundary: false })
    const again = await read({ mode, checkpoint: middle.checkpoint })
    expect(sketch(again)).toEqual(['upserted 2', 'incremental next', 'upserted 3', 'incremental end'])
    expect(flat(checkpointOf(again)).copy?.since).toBe('2026-03-15T12:30:00.000Z')
  })

  it('says what to do for a table without modifiedon, and refuses a checkpoint that holds no times', async () => {
    await start({
      [time]: refusal(400, '0x0', "Could not find a property named 'modifiedon'"),
      things: page([], {}),
    })
    await expect(read({ mode })).rejects.toThrow(/by their modifiedon.*mode: "full-copy"/)
    const whole = checkpointOf(await read({ mode: 'full-copy' }))
    const cursor = { ...(whole.cursor as object), copy: { copiedAt: 'yesterday' } }
    expect(() => feedOf({ mode, checkpoint: { ...whole, cursor } as never })).toThrow(/copy.copiedAt/)
  })
})
