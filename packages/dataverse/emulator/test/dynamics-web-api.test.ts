import { DynamicsWebApi } from 'dynamics-web-api'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Emulator, startEmulator } from '../src/index.js'
import { guid } from './support/api.js'
import { things } from './support/things.js'

// A client that knows nothing of this emulator, unmodified, as a referee.

let emulator: Emulator
let api: DynamicsWebApi

beforeEach(async () => {
  emulator = await startEmulator({ tables: [things], authorize: (header) => header === 'Bearer token' })
  api = new DynamicsWebApi({
    serverUrl: emulator.url,
    dataApi: { version: '9.2' },
    onTokenRefresh: async () => 'token',
  })
})
afterEach(() => emulator.close())

const collection = 'new_things'
type Row = Record<string, unknown>

describe('DynamicsWebApi', () => {
  it('creates, reads, updates, upserts and deletes by id', async () => {
    const key = await api.create<Row, string>({ collection, data: { new_name: 'A', new_site: 5 } })
    const row = await api.retrieve({ collection, key, select: ['new_name', 'new_site'] })
    expect(row).toMatchObject({ new_name: 'A', new_site: 5, new_thingid: key })
    await api.update({ collection, key, data: { new_name: 'B' } })
    expect(await api.retrieve({ collection, key })).toMatchObject({ new_name: 'B' })
    await api.updateSingleProperty({ collection, key, fieldValuePair: { new_name: 'C' } })
    expect(await api.retrieve({ collection, key })).toMatchObject({ new_name: 'C' })
    const upserted = await api.upsert({
      collection,
      key: guid(1),
      data: { new_name: 'U' },
      returnRepresentation: true,
    })
    expect(upserted).toMatchObject({ new_name: 'U', new_thingid: guid(1) })
    await api.deleteRecord({ collection, key })
    await expect(api.retrieve({ collection, key })).rejects.toMatchObject({ status: 404, code: '0x80040217' })
  })

  it('does so by alternate key', async () => {
    const key = "new_code='K1'"
    await api.upsert({ collection, key, data: { new_name: 'A' } })
    expect(await api.retrieve({ collection, key })).toMatchObject({ new_code: 'K1', new_name: 'A' })
    await api.update({ collection, key, data: { new_name: 'B' } })
    expect(await api.retrieve({ collection, key })).toMatchObject({ new_name: 'B' })
    await api.deleteRecord({ collection, key })
    await expect(api.update({ collection, key, data: { new_name: 'C' } })).rejects.toMatchObject({
      status: 404,
      code: '0x80060891',
    })
  })

  it('works with conditions', async () => {
    const created = await api.create<Row>({ collection, data: { new_name: 'A' }, returnRepresentation: true })
    const key = String(created.new_thingid)
    const etag = String(created['@odata.etag'])
    expect(await api.retrieve({ collection, key, ifnonematch: etag })).toBeUndefined()
    await api.update({ collection, key, ifmatch: etag, data: { new_name: 'B' } })
    // It takes the 412 and 404 of a condition that does not hold for an answer, not an error.
    expect(await api.update({ collection, key, ifmatch: etag, data: { new_name: 'C' } })).toBe(false)
    expect(await api.upsert({ collection, key, ifnonematch: '*', data: { new_name: 'D' } })).toBeNull()
    expect(await api.upsert({ collection, key: guid(9), ifmatch: '*', data: { new_name: 'D' } })).toBeNull()
    expect(emulator.table(collection).rows()).toEqual([expect.objectContaining({ new_name: 'B' })])
  })

  it('reads lists: by page, all, filtered, counted', async () => {
    for (let i = 1; i <= 5; i += 1) emulator.table(collection).create({ new_thingid: guid(i), new_site: i })
    const query = { collection, select: ['new_site'], orderBy: ['new_site desc'], maxPageSize: 2 }
    const first = await api.retrieveMultiple(query)
    expect(first.value.map((row) => row.new_site)).toEqual([5, 4])
    const second = await api.retrieveMultiple(query, first.oDataNextLink)
    expect(second.value.map((row) => row.new_site)).toEqual([3, 2])
    const all = await api.retrieveAll({ collection, select: ['new_site'] })
    expect(all.value).toHaveLength(5)
    const counted = await api.retrieveMultiple({ collection, filter: 'new_site gt 2', count: true })
    expect([counted.oDataCount, counted.value.length]).toEqual([3, 3])
    expect(await api.count({ collection })).toBe(5)
    expect(await api.count({ collection, filter: 'new_site eq 1' })).toBe(1)
  })

  it('reads annotations and expansions', async () => {
    const parent = await api.create<Row, string>({ collection, data: { new_name: 'P' } })
    const key = await api.create<Row, string>({
      collection,
      data: { new_color: 2, 'new_Parent@odata.bind': `/new_things(${parent})` },
    })
    const row = await api.retrieve({
      collection,
      key,
      includeAnnotations: '*',
      expand: [{ property: 'new_Parent', select: ['new_name'] }],
    })
    expect(row).toMatchObject({
      'new_color@OData.Community.Display.V1.FormattedValue': 'Green',
      new_color_Formatted: 'Green',
      _new_parent_value: parent,
      new_Parent: { new_name: 'P' },
    })
  })

  it('tracks changes and follows the delta link', async () => {
    for (let i = 1; i <= 3; i += 1) emulator.table(collection).create({ new_thingid: guid(i), new_name: 'A' })
    const query = { collection, select: ['new_name'], trackChanges: true }
    const first = await api.retrieveMultiple(query)
    expect(first.value).toHaveLength(3)
    emulator.table(collection).update(guid(1), { new_name: 'B' })
    emulator.table(collection).remove(guid(2))
    const delta = await api.retrieveMultiple(query, first.oDataDeltaLink)
    expect(delta.value).toEqual([
      expect.objectContaining({ new_thingid: guid(1), new_name: 'B' }),
      expect.objectContaining({ id: guid(2), reason: 'deleted' }),
    ])
    const again = await api.retrieveMultiple(query, delta.oDataDeltaLink)
    expect(again.value).toEqual([])
    emulator.deltaTokens.expireAll()
    await expect(api.retrieveMultiple(query, again.oDataDeltaLink)).rejects.toMatchObject({
      code: '0x80044352',
    })
  })

  it('reads definitions', async () => {
    const definition = await api.retrieveEntity({ key: "LogicalName='new_thing'", select: ['EntitySetName'] })
    expect(definition.EntitySetName).toBe('new_things')
    expect((await api.callFunction({ functionName: 'WhoAmI' })).UserId).toMatch(/^[0-9a-f-]{36}$/)
  })
})
