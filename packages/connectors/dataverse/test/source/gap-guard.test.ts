import { createClient } from '@deltaverse/client'
import type { ChangeEvent, Checkpoint, PageReport } from '@deltaverse/core'
import { startEmulator } from '@deltaverse/emulator'
import { afterEach, describe, expect, it } from 'vitest'
import { type ChangeFeedOptions, createChangeFeed } from '../../src/index.js'
import { contentsOf } from './busy-table.js'
import { createRebuiltState } from './rebuilt-state.js'
import { type Answer, refusal, type ScriptedServer, startScriptedServer } from './scripted-server.js'
import {
  base,
  changesPage,
  checkpointOf,
  deletion,
  flat,
  full,
  id,
  instantClock,
  page,
  positionOf,
  sketch,
  thing,
} from './things.js'

let server: ScriptedServer | undefined

afterEach(async () => {
  await server?.close()
  server = undefined
})

type Script = Record<string, Answer | Answer[]>

async function read(
  script: Script,
  options: Partial<ChangeFeedOptions> = {},
): Promise<{ events: ChangeEvent[]; requests: string[]; error?: unknown }> {
  await server?.close()
  server = await startScriptedServer(script)
  const feed = createChangeFeed(server.client, {
    entitySet: 'things',
    primaryKey: 'thingid',
    tokenLifetimeDays: 0,
    select: ['name'],
    clock: instantClock(),
    random: () => 0,
    ...options,
  })
  const events: ChangeEvent[] = []
  const { requests } = server
  try {
    for await (const event of feed.changes()) events.push(event)
  } catch (error) {
    return { events, requests, error }
  }
  return { events, requests }
}

const named = (index: number) => thing(index, { name: `N${index}` })
const next = (path: string) => ({ '@odata.nextLink': `${base}/${path}` })
const end = (path: string) => ({ '@odata.deltaLink': `${base}/${path}` })
/** A delta page of the columns that the feed selects. */
const delta = (rows: object[], more: object) => ({
  ...changesPage(rows, more),
  '@odata.context': `${full}(name)/$delta`,
})

const keys = 'things?$select=thingid'
const token = '$deltatoken=7%2103%2f15%2f2026%2009%3a41%3a07'
const all = 'things?$select=name'
const second = `${all}&$skiptoken=2`
const one = `${all}&$top=1`
const behind = `${all}&${token}`
const own = `${all}&$deltatoken=9`
const later = `${all}&$deltatoken=12`

/** Three rows in two pages; while they were read, row 1 changed and row 2 was deleted. */
const busy: Script = {
  [keys]: page([thing(1), thing(2), thing(3)], end(`${keys}&${token}`)),
  [all]: page([named(1), named(2)], next(second)),
  [second]: page([named(3)], end(own)),
  [behind]: delta([thing(1, { name: 'new' }), deletion(2)], end(later)),
}
const wanted = [
  'reset 1 initial',
  'upserted 1',
  'upserted 2',
  'snapshot next',
  'upserted 3',
  'catch-up start',
  'upserted 1',
  'deleted 2',
  'complete 1 with 3',
  'incremental end',
]
const again = ['reset 1 initial', 'upserted 1', 'upserted 2', 'snapshot next', 'upserted 3', 'catch-up start']

describe('the guard of a full read', () => {
  it('follows a token from before the first page behind the last one, and then completes the read', async () => {
    const pages: PageReport[] = []
    const { events, requests } = await read(busy, {
      onEvent: (event) => event.kind === 'page' && pages.push(event),
    })
    expect(requests).toEqual([keys, all, second, behind])
    expect(sketch(events)).toEqual(wanted)
    expect(pages.map(({ phase, page, upserted, deleted }) => [phase, page, upserted, deleted])).toEqual([
      ['guard', 1, 3, 0],
      ['snapshot', 1, 2, 0],
      ['snapshot', 2, 1, 0],
      ['catch-up', 1, 1, 1],
    ])
  })

  it('saves the link that the full read ended with, which is older than the catch-up', async () => {
    const { events } = await read(busy, { tokenLifetimeDays: 7 })
    expect(positionOf(events)).toMatchObject({
      phase: 'incremental',
      deltaLink: `/api/data/v9.2/${own}`,
      expiresAt: '2026-03-22T09:41:07.000Z',
    })
    expect(positionOf(events)).not.toHaveProperty('gap')
  })

  it('asks for nothing but keys first, in pages as large as they come', async () => {
    await read(busy, { pageSize: 2, annotations: 'a.b' })
    expect(server?.headers.map(({ prefer }) => prefer)).toEqual([
      'odata.track-changes',
      ...Array(3).fill('odata.track-changes,odata.maxpagesize=2,odata.include-annotations="a.b"'),
    ])
  })

  it('tries the columns before it reads on behind the first page of keys', async () => {
    const more = `${keys}&$skiptoken=k2`
    const long: Script = {
      [keys]: page([thing(1)], next(more)),
      [more]: page([thing(2)], next(`${keys}&$skiptoken=k3`)),
      [one]: refusal(400, '0x80060888', "Could not find a property named 'name'"),
    }
    const { events, requests, error } = await read(long, { readAheadBytes: 0 })
    expect(error).toMatchObject({ code: 'bad-request', message: expect.stringContaining("named 'name'") })
    expect(sketch(events)).toEqual([])
    expect(requests).toEqual([keys, one])
    const whole = { ...busy, [all]: refusal(400, '0x80060888') }
    expect((await read(whole)).requests).toEqual([keys, all])
  })

  it('looks at no byte of the keys', async () => {
    const broken = `{"value":[{"thingid":tru}],"@odata.deltaLink":"${base}/${keys}&${token}"}`
    expect(sketch((await read({ ...busy, [keys]: broken })).events)).toEqual(wanted)
  })

  it('follows its token without a select where the feed has none', async () => {
    const { events, requests } = await read(
      {
        ...busy,
        things: page([named(1), named(2)], next(second)),
        [`things?${token}`]: busy[behind] as Answer,
      },
      { select: undefined },
    )
    expect(requests).toEqual([keys, 'things', second, `things?${token}`])
    expect(sketch(events)).toEqual(wanted)
  })

  it('costs one request where the table fits a page', async () => {
    const { events, requests } = await read({ ...busy, [all]: page([named(1)], end(own)) })
    expect(requests).toEqual([keys, all])
    expect(sketch(events)).toEqual(['reset 1 initial', 'upserted 1', 'complete 1 with 1', 'incremental end'])
  })

  it('is not left out for a single page that came in two attempts, the first with a row that is gone', async () => {
    const text = JSON.stringify(page([named(1), named(2)], end(own)))
    const cut: Answer = (response) => {
      response.writeHead(200, { 'content-length': text.length })
      response.write(text.slice(0, text.indexOf(id(2))), () => response.destroy())
    }
    const { events, requests } = await read({
      ...busy,
      [all]: [cut, page([named(2)], end(own))],
      [behind]: delta([deletion(1)], end(later)),
    })
    expect(requests).toEqual([keys, all, all, behind])
    expect(sketch(events).slice(-5)).toEqual([
      'upserted 2',
      'catch-up start',
      'deleted 1',
      'complete 1 with 1',
      'incremental end',
    ])
  })

  it('says what happened when change tracking is not applied, before anything is announced', async () => {
    const { events, error } = await read({ ...busy, [keys]: page([thing(1)], {}) })
    expect(error).toMatchObject({ code: 'change-tracking-not-applied' })
    expect(events).toEqual([])
  })

  it('takes an empty answer behind the read for "nothing changed"', async () => {
    for (const body of ['', '{}', { value: [] }]) {
      const { events } = await read({ ...busy, [behind]: body })
      expect(sketch(events).slice(-3)).toEqual(['catch-up start', 'complete 1 with 3', 'incremental end'])
      expect(positionOf(events).deltaLink).toBe(`/api/data/v9.2/${own}`)
    }
    const { error } = await read({ ...busy, [behind]: delta([named(1)], {}) })
    expect(error).toMatchObject({ code: 'change-tracking-not-applied' })
  })

  it('can be turned off', async () => {
    const { events, requests } = await read(busy, { gapGuard: false })
    expect(requests).toEqual([all, second])
    expect(sketch(events).slice(-3)).toEqual(['upserted 3', 'complete 1 with 3', 'incremental end'])
  })
})

describe('a token that is no longer good behind the read', () => {
  const givenForKeys = { '@odata.context': `${full}(thingid)/$delta` }
  const ownDelta = delta([named(1)], end(later))

  it.each<[string, Answer]>([
    ['is refused with other columns', refusal(400, '0x80060888')],
    ['is not found', refusal(404, '0x80060888')],
    ['has expired', refusal(400, '0x80044352')],
    ['silently brings the columns it was given for', { ...delta([thing(1)], end(later)), ...givenForKeys }],
    ['silently brings everything', page([named(1)], end(later))],
  ])(
    'because it %s makes way for the link that the read ended with, behind a second read',
    async (_, answer) => {
      const { events, requests } = await read({ ...busy, [behind]: answer, [own]: ownDelta })
      expect(requests).toEqual([keys, all, second, behind, all, second, own])
      expect(sketch(events)).toEqual([
        ...again,
        ...again,
        'upserted 1',
        'complete 1 with 3',
        'incremental end',
      ])
      expect(positionOf(events)).toMatchObject({ deltaLink: `/api/data/v9.2/${own}` })
    },
  )

  it('is not followed at all when it is past its time', async () => {
    const clock = instantClock()
    const slow: Answer = (response) => {
      clock.nowMs += 8 * 86_400_000
      response.end(JSON.stringify(busy[second]))
    }
    const script = { ...busy, [second]: [slow, busy[second] as Answer], [own]: ownDelta }
    const { requests } = await read(script, { clock, tokenLifetimeDays: 7 })
    // The link that the first read ended with may be as old as its first page, so that one is past its time too.
    expect(requests).toEqual([keys, all, second, keys, all, second, behind])
  })

  it('is no reason to read everything again where other columns come with deletions only', async () => {
    const { requests } = await read({
      ...busy,
      [behind]: { ...delta([deletion(2)], end(later)), ...givenForKeys },
    })
    expect(requests).toEqual([keys, all, second, behind])
  })

  it('is looked at on every page', async () => {
    const more = `${behind}&$skiptoken=b2`
    const { requests } = await read({
      ...busy,
      [behind]: delta([deletion(2), named(1)], next(more)),
      [more]: delta([thing(3)], end(later)),
      [own]: ownDelta,
    })
    expect(requests).toEqual([keys, all, second, behind, more, all, second, own])
  })

  it('in the middle of the catch-up is not followed from its start again', async () => {
    const more = `${behind}&$skiptoken=b2`
    const { requests } = await read({
      ...busy,
      [behind]: delta([named(1)], next(more)),
      [more]: refusal(400, '0x80044352'),
      [own]: ownDelta,
    })
    expect(requests).toEqual([keys, all, second, behind, more, all, second, own])
  })

  it('time after time is an error that says what to do', async () => {
    const dead = refusal(400, '0x80044352')
    const { events, requests, error } = await read({ ...busy, [behind]: dead, [own]: dead })
    expect(error).toMatchObject({ code: 'delta-token-expired' })
    expect(String(error)).toMatch(/takes longer than a token lives, raise expirechangetrackingindays/)
    expect(requests.filter((path) => path === all)).toHaveLength(4)
    expect(sketch(events)).not.toContain('complete 1 with 3')
  })

  it('because its link has none makes way for a second read', async () => {
    const { requests } = await read({ ...busy, [keys]: page([], end('things?opaque')), [own]: ownDelta })
    expect(requests).toEqual([keys, all, second, all, second, own])
  })

  it('is asked for again when the service is in trouble, and not given up', async () => {
    const { requests, error } = await read({ ...busy, [behind]: refusal(403, '0x80040220') })
    expect(error).toMatchObject({ code: 'forbidden' })
    expect(requests).toEqual([keys, all, second, behind])
  })
})

describe('a next link that is refused', () => {
  const refused = refusal(400, '0x8004112a')

  it('among the keys begins the read again', async () => {
    const more = `${keys}&$skiptoken=k2`
    const { events, requests } = await read({
      ...busy,
      [keys]: page([thing(1)], next(more)),
      [more]: [refused, page([thing(2)], end(`${keys}&${token}`))],
      [one]: page([named(1)], {}),
    })
    expect(requests.filter((path) => path !== one)).toEqual([keys, more, keys, more, all, second, behind])
    expect(sketch(events)).toEqual(wanted)
  })

  it('among the rows begins them again and keeps the first token', async () => {
    const { events, requests } = await read({ ...busy, [second]: [refused, busy[second] as Answer] })
    expect(requests).toEqual([keys, all, second, all, second, behind])
    expect(sketch(events).slice(0, 5)).toEqual([...wanted.slice(0, 4), 'reset 1 initial'])
    expect(sketch(events).slice(4)).toEqual(wanted)
  })

  it('behind the rows begins the catch-up again', async () => {
    const more = `${behind}&$skiptoken=b2`
    const { requests } = await read({
      ...busy,
      [behind]: delta([named(1)], next(more)),
      [more]: [refused, delta([deletion(2)], end(later))],
    })
    expect(requests).toEqual([keys, all, second, behind, more, behind, more])
  })

  it('is no matter of the guard when it is the first request of the read', async () => {
    const { events, requests, error } = await read({ ...busy, [all]: refused })
    expect(error).toMatchObject({ status: 400 })
    expect(requests).toEqual([keys, all])
    expect(events).toEqual([])
  })
})

describe('a checkpoint', () => {
  const more = `${behind}&$skiptoken=b2`
  const script: Script = {
    ...busy,
    [behind]: delta([named(1)], next(more)),
    [more]: delta([deletion(2)], end(later)),
  }
  async function checkpoints(options: Partial<ChangeFeedOptions> = {}): Promise<Checkpoint[]> {
    const { events } = await read(script, options)
    const found = events.flatMap((event) => (event.kind === 'checkpoint' ? [event.checkpoint] : []))
    return JSON.parse(JSON.stringify(found)) as Checkpoint[]
  }

  it('of a full read remembers the first token, wherever it stands', async () => {
    const [inRead, start, inCatchUp, last] = (await checkpoints()).map(flat)
    const gap = {
      link: `/api/data/v9.2/${keys}&${token}`,
      keysOnly: true,
      issuedAt: '2026-03-15T09:41:07.000Z',
    }
    expect(inRead).toMatchObject({
      phase: 'snapshot',
      nextLink: expect.stringContaining('skiptoken=2'),
      gap,
    })
    const deltaLink = `/api/data/v9.2/${own}`
    expect(start).toMatchObject({ phase: 'catch-up', rowsRead: 3, resetReason: 'initial', deltaLink, gap })
    expect(start).not.toHaveProperty('nextLink')
    expect(inCatchUp).toMatchObject({ ...start, nextLink: `/api/data/v9.2/${more}` })
    expect(last).toMatchObject({ phase: 'incremental', deltaLink })
  })

  it('is gone on from without another read of the keys, with the guard or without', async () => {
    const [inRead, start, inCatchUp] = await checkpoints()
    for (const gapGuard of [true, false]) {
      const rest = await read(script, { checkpoint: inRead, gapGuard })
      expect(rest.requests).toEqual([second, behind, more])
      expect(sketch(rest.events).slice(-2)).toEqual(['complete 1 with 3', 'incremental end'])
      expect((await read(script, { checkpoint: start, gapGuard })).requests).toEqual([behind, more])
      const last = await read(script, { checkpoint: inCatchUp, gapGuard })
      // Read once more at the deletion, because which rows the catch-up told before is not known any more.
      expect(last.requests).toEqual([more, behind, more])
      expect(sketch(last.events)).toEqual(['deleted 2', 'complete 1 with 3', 'incremental end'])
      expect(positionOf(last.events).deltaLink).toBe(`/api/data/v9.2/${own}`)
    }
  })

  it('whose first token is past its time begins the read again, under the same epoch', async () => {
    const [inRead, start] = await checkpoints({ tokenLifetimeDays: 7 })
    expect(inRead && flat(inRead).gap?.expiresAt).toBe('2026-03-22T09:41:07.000Z')
    const clock = instantClock(Date.parse('2026-03-22T09:41:07Z'))
    for (const checkpoint of [inRead, start]) {
      const { events, requests } = await read(script, { checkpoint, clock })
      expect(requests).toEqual([keys, all, second, behind, more])
      expect(sketch(events)[0]).toBe('reset 1 initial')
    }
  })

  it('of a read that was begun without the guard leads to a second read', async () => {
    const [inRead] = await checkpoints({ gapGuard: false })
    expect(inRead?.cursor).not.toHaveProperty('gap')
    const { events, requests } = await read(
      { ...script, [own]: delta([], end(later)) },
      { checkpoint: inRead },
    )
    expect(requests).toEqual([second, all, second, own])
    expect(sketch(events).slice(-2)).toEqual(['complete 1 with 3', 'incremental end'])
  })
})

describe('a delta of several pages', () => {
  const more = `${own}&$skiptoken=d2`
  const last = `${own}&$skiptoken=d3`
  const script: Script = {
    [own]: delta([named(1)], next(more)),
    [more]: delta([named(2)], next(last)),
    [last]: delta([deletion(3)], end(later)),
  }
  let checkpoint: Checkpoint
  const begin = async (options: Partial<ChangeFeedOptions> = {}) => {
    const onePage = { [keys]: page([], end(keys)), [all]: page([], end(own)) }
    checkpoint = checkpointOf((await read(onePage, options)).events)
  }

  it('is read twice, handed on as a whole the second time, and goes on from the first end', async () => {
    await begin()
    const newer = `${all}&$deltatoken=15`
    const pages: PageReport['phase'][] = []
    const twice = { ...script, [last]: [script[last] as Answer, delta([deletion(3)], end(newer))] }
    const { events, requests } = await read(twice, {
      checkpoint,
      onEvent: (event) => event.kind === 'page' && pages.push(event.phase),
    })
    expect(requests).toEqual([own, more, last, own, more, last])
    expect(pages).toEqual(['incremental', 'guard', 'guard', 'incremental', 'incremental', 'incremental'])
    expect(sketch(events)).toEqual([
      'upserted 1',
      'incremental guard',
      'incremental guard',
      'incremental start',
      'upserted 1',
      'incremental next',
      'upserted 2',
      'incremental next',
      'deleted 3',
      'incremental end',
    ])
    expect(positionOf(events)).toMatchObject({ deltaLink: `/api/data/v9.2/${later}` })
    expect(positionOf(events)).not.toHaveProperty('gap')
  })

  it('is gone on with from any of its checkpoints, with the guard or without', async () => {
    await begin()
    const { events } = await read(script, { checkpoint })
    const found = events.flatMap((event) => (event.kind === 'checkpoint' ? [event.checkpoint] : []))
    const rest = async (from: number, gapGuard: boolean) =>
      (await read(script, { checkpoint: found[from], gapGuard })).requests
    expect(await rest(0, true)).toEqual([more, last, own, more, last])
    expect(await rest(1, true)).toEqual([last, own, more, last])
    // Without the guard nothing of what was passed over may be left out.
    expect(await rest(1, false)).toEqual([own, more, last])
    for (const gapGuard of [true, false]) {
      expect(await rest(2, gapGuard)).toEqual([own, more, last])
      expect(await rest(3, gapGuard)).toEqual([more, last, own, more, last])
    }
    for (const from of found.slice(2, -1)) {
      const { events: handedOn } = await read(script, { checkpoint: from })
      expect(positionOf(handedOn).deltaLink).toBe(`/api/data/v9.2/${later}`)
    }
  })

  it('that was begun without the guard is begun again with it', async () => {
    await begin()
    const { events } = await read(script, { checkpoint, gapGuard: false })
    expect(sketch(events)).toContain('incremental next')
    const middle = events.find((event) => event.kind === 'checkpoint')?.checkpoint
    expect((await read(script, { checkpoint: middle })).requests).toEqual([own, more, last, own, more, last])
  })

  it('keeps its first end when a next link is refused, and goes back to its start when that was not reached', async () => {
    await begin()
    const good = script[last] as Answer
    const refused = refusal(400, '0x8004112a')
    const early = await read({ ...script, [last]: [refused, good] }, { checkpoint })
    expect(early.requests).toEqual([own, more, last, own, more, last, own, more, last])
    const late = await read({ ...script, [last]: [good, refused, delta([], end(own))] }, { checkpoint })
    expect(late.requests).toEqual([own, more, last, own, more, last, own, more, last])
    expect(positionOf(late.events).deltaLink).toBe(`/api/data/v9.2/${later}`)
  })

  it('whose token expires on the way becomes a full read', async () => {
    await begin()
    const { events } = await read({ ...busy, ...script, [last]: refusal(400, '0x80044352') }, { checkpoint })
    expect(sketch(events)).toContain('reset 2 token-expired')
    expect(sketch(events).at(-1)).toBe('incremental end')
  })

  it('tells how long its first end is good for', async () => {
    await begin({ tokenLifetimeDays: 7 })
    const clock = instantClock(Date.parse('2026-03-16T00:00:00Z'))
    const { events } = await read(script, { checkpoint, clock, tokenLifetimeDays: 7 })
    expect(positionOf(events).expiresAt).toBe('2026-03-23T00:00:00.000Z')
  })
})

it('makes a full read exact when it completes, whatever changed under it', async () => {
  const emulator = await startEmulator()
  const client = createClient({ url: emulator.url })
  try {
    const table = emulator.table('products')
    const ids = Array.from({ length: 9 }, (_, index) =>
      table.create({ name: 'n', productnumber: `P${index}` }),
    )
    const writes: Partial<Record<number, () => void>> = {
      0: () => table.remove(ids[0] ?? ''),
      1: () => table.update(ids[1] ?? '', { name: 'changed' }),
      2: () => table.create({ productid: ids[0], name: 'again', productnumber: 'P0' }),
      3: () => table.remove(ids[2] ?? ''),
    }
    let pages = 0
    const feed = createChangeFeed(client, {
      entitySet: 'products',
      select: ['name', 'productnumber'],
      pageSize: 3,
      readAheadBytes: 0,
      onEvent: ({ kind }) => kind === 'page' && writes[pages++]?.(),
    })
    const state = createRebuiltState()
    for await (const event of feed.changes()) state.apply(event)
    expect(pages).toBeGreaterThan(4)
    expect(contentsOf(state.rows.values())).toEqual(contentsOf(table.rows()))
  } finally {
    await client.close()
    await emulator.close()
  }
})
