import { afterEach, describe, expect, it } from 'vitest'
import { type ChangeFeedOptions, createChangeFeed, describeTable } from '../../src/index.js'
import { type Answer, refusal, type ScriptedServer, startScriptedServer } from './scripted-server.js'
import {
  base,
  changesPage,
  checkpointOf,
  deletion,
  delta,
  deltaLink,
  flat,
  id,
  instantClock,
  page,
  thing,
} from './things.js'

let server: ScriptedServer

afterEach(() => server.close())

const inPartition = (index: number, partition: string | null, version = index) =>
  thing(index, { '@odata.etag': `W/"${version}"`, name: 'n', partitionid: partition })
const full = (rows: object[]) => page(rows, { '@odata.deltaLink': deltaLink })

async function start(script: Record<string, Answer | Answer[]>): Promise<void> {
  server = await startScriptedServer(script)
}

const feedOf = (options: Partial<ChangeFeedOptions> = {}) =>
  createChangeFeed(server.client, {
    entitySet: 'things',
    primaryKey: 'thingid',
    partitionKey: 'partitionid',
    tokenLifetimeDays: 0,
    gapGuard: false,
    clock: instantClock(),
    ...options,
  })

async function read(options: Partial<ChangeFeedOptions> = {}) {
  const events = []
  for await (const event of feedOf(options).changes()) events.push(event)
  return events
}

const short = (events: Awaited<ReturnType<typeof read>>) =>
  events.map((event) => {
    if (event.kind === 'reset') return `reset ${event.epoch} ${event.reason}`
    return 'id' in event ? `${event.kind} ${event.id.slice(35)}` : event.kind
  })

describe('rows of an elastic table', () => {
  it('are told apart by id and partition, null and empty ones included', async () => {
    const rows = [inPartition(1, 'a'), inPartition(1, null), inPartition(1, ''), inPartition(1, "o'x,y")]
    await start({ things: full(rows) })
    expect(short(await read()).slice(1, 5)).toEqual([
      'upserted 1,a',
      'upserted 1',
      'upserted 1,',
      "upserted 1,o'x%2Cy",
    ])
  })

  it('are refused when they come without their partition', async () => {
    await start({ things: full([thing(1)]) })
    const events = await read()
    expect(() => short(events)).toThrow(
      /has no "partitionid", which tells the rows of an elastic table apart/,
    )
  })

  it('are listed and looked up by both', async () => {
    const filter = `(thingid%20eq%20${id(1)}%20and%20partitionid%20eq%20%27a%27%27b%27)%20or%20(thingid%20eq%20${id(2)}%20and%20partitionid%20eq%20null)`
    await start({
      'things?$select=thingid,partitionid': page([inPartition(1, "a'b"), inPartition(2, null)], {}),
      [`things?$filter=${filter}`]: page([inPartition(1, "a'b"), inPartition(2, null)], {}),
    })
    const ids: string[] = []
    for await (const group of feedOf().keys()) ids.push(...group.map((key) => key.id))
    expect(ids).toEqual([`${id(1)},a'b`, id(2)])
    const rows: string[] = []
    for await (const group of feedOf().rows(ids)) rows.push(...group.map((row) => row.id))
    expect(rows).toEqual(ids)
    const lookUp = async (wrong: string) => {
      for await (const _ of feedOf({ partitionKey: 'none' }).rows([wrong]));
    }
    await expect(lookUp(`${id(1)},a`)).rejects.toThrow(TypeError)
    await expect(lookUp(`${id(1)}' or 1 eq 1`)).rejects.toThrow(TypeError)
  })

  it('are told apart by id alone where the caller says that no id is in two partitions', async () => {
    await start({
      things: full([inPartition(1, 'a')]),
      [delta]: changesPage([deletion(1)], { '@odata.deltaLink': deltaLink }),
    })
    const first = await read({ partitionKey: 'none' })
    expect(short(first)[1]).toBe('upserted 1')
    const second = await read({ partitionKey: 'none', checkpoint: checkpointOf(first) })
    expect(short(second)).toEqual(['deleted 1', 'checkpoint'])
  })
})

describe('a deletion in an elastic table', () => {
  it.each([
    ['a member', { ...deletion(1), partitionid: 'a' }, 'deleted 1,a'],
    ['a member that is null', { ...deletion(1), partitionid: null }, 'deleted 1'],
    [
      'an address that says null',
      { ...deletion(1), id: `things(thingid=${id(1)},partitionid=null)` },
      'deleted 1',
    ],
    ['an address', { ...deletion(1), id: `things(thingid=${id(1)},partitionid='a''b')` }, "deleted 1,a'b"],
  ])('is that of one row where %s tells the partition', async (_, entry, expected) => {
    await start({
      things: full([inPartition(1, 'a')]),
      [delta]: changesPage([entry], { '@odata.deltaLink': deltaLink }),
    })
    const events = await read({ checkpoint: checkpointOf(await read()) })
    expect(short(events)).toEqual([expected, 'checkpoint'])
  })

  it.each([
    ['nothing', deletion(1)],
    ['an address without it', { ...deletion(1), id: `things(${id(1)})` }],
    ['a literal that may be encoded', { ...deletion(1), id: `things(thingid=${id(1)},partitionid='a%20b')` }],
    ['a quote that is not doubled', { ...deletion(1), id: `things(thingid=${id(1)},partitionid='a'b')` }],
  ])(
    'leads to a full read where %s tells it, in place of a deletion that may be of the wrong row',
    async (_, entry) => {
      await start({
        things: [full([inPartition(1, 'a'), inPartition(1, 'b')]), full([inPartition(1, 'b')])],
        [delta]: changesPage([entry], { '@odata.deltaLink': deltaLink }),
      })
      const events = await read({ checkpoint: checkpointOf(await read()) })
      expect(short(events)).toEqual([
        'checkpoint',
        'reset 2 deletion-unclear',
        'upserted 1,b',
        'complete',
        'checkpoint',
      ])
    },
  )

  it('is not forgotten by a consumer that dies between the pages of its delta', async () => {
    const next = `${base}/things?$skiptoken=2`
    await start({
      things: [full([inPartition(1, 'a')]), full([inPartition(2, 'b')])],
      [delta]: changesPage([deletion(1)], { '@odata.nextLink': next }),
    })
    const checkpoint = checkpointOf(await read())
    const events = await read({ checkpoint }).catch(() => [])
    expect(events).toEqual([])
    const pages = feedOf({ checkpoint }).pages()
    const { value } = await pages.next()
    await pages.return(undefined)
    expect(short(await read({ checkpoint: value?.checkpoint ?? null }))).toEqual([
      'reset 2 deletion-unclear',
      'upserted 2,b',
      'complete',
      'checkpoint',
    ])
  })

  it('that comes under a full read is owed until the next one, and no read is two full ones', async () => {
    const next = `${base}/things?$skiptoken=2`
    await start({
      'things?$select=thingid,partitionid': page([inPartition(1, 'a')], { '@odata.deltaLink': deltaLink }),
      things: [page([inPartition(1, 'a')], { '@odata.nextLink': next }), full([inPartition(2, 'a')])],
      'things?$skiptoken=2': full([inPartition(2, 'a')]),
      [delta]: changesPage([inPartition(3, 'a'), deletion(1)], { '@odata.deltaLink': deltaLink }),
    })
    const first = await read({ gapGuard: true })
    const told = short(first).filter((each) => each !== 'checkpoint')
    expect(told).toEqual(['reset 1 initial', 'upserted 1,a', 'upserted 2,a', 'upserted 3,a', 'complete'])
    expect(flat(checkpointOf(first)).owesFullRead).toBe(true)
    const second = await read({ checkpoint: checkpointOf(first) })
    expect(short(second)).toEqual(['reset 2 deletion-unclear', 'upserted 2,a', 'complete', 'checkpoint'])
    expect(flat(checkpointOf(second)).owesFullRead).toBeUndefined()
  })
})

describe('a checkpoint of an elastic table', () => {
  it('from when rows were told apart by id alone leads to a full read that says so', async () => {
    await start({
      things: full([inPartition(1, 'a')]),
      [delta]: changesPage([], { '@odata.deltaLink': deltaLink }),
    })
    const old = checkpointOf(await read({ partitionKey: 'none' }))
    expect(short(await read({ checkpoint: old }))[0]).toBe('reset 2 key-changed')
    const copied = checkpointOf(await read({ partitionKey: 'none', mode: 'full-copy' }))
    expect(short(await read({ checkpoint: copied, mode: 'full-copy' }))[0]).toBe('reset 2 key-changed')
  })
})

describe('the column of the partition', () => {
  it('is a name, or the feed is not made', async () => {
    await start({})
    expect(() => feedOf({ partitionKey: 'a eq 1 or b' })).toThrow(TypeError)
  })
})

describe('whether a table is elastic', () => {
  const select =
    'LogicalName,EntitySetName,PrimaryIdAttribute,ChangeTrackingEnabled,CanChangeTrackingBeEnabled'
  const filter = encodeURIComponent("EntitySetName eq 'things' or LogicalName eq 'things'")
  const definition = { LogicalName: 'thing', EntitySetName: 'things', PrimaryIdAttribute: 'thingid' }
  const asked = `EntityDefinitions?$select=${select},TableType&$filter=${filter}`

  it('is told by its definition; then its partition must be read', async () => {
    await start({
      [asked]: { value: [{ ...definition, TableType: 'Elastic' }] },
      things: full([inPartition(1, 'a')]),
    })
    const unknown = { primaryKey: undefined, partitionKey: undefined }
    expect(short(await read(unknown))[1]).toBe('upserted 1,a')
    await expect(read({ ...unknown, select: ['name'] })).rejects.toThrow(/partitionid too: add it to select/)
  })

  it('is no question to a server that does not know the word', async () => {
    await start({
      [asked]: refusal(400, '0x0', "Could not find a property named 'TableType'"),
      [`EntityDefinitions?$select=${select}&$filter=${filter}`]: { value: [definition] },
    })
    expect(await describeTable(server.client, 'things')).toMatchObject({
      primaryKey: 'thingid',
      isElastic: false,
    })
  })
})
