import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Emulator, startEmulator } from '../src/index.js'
import { createTestClock, errorOf, guid, send, type TestClock } from './support/api.js'
import { things } from './support/things.js'

let emulator: Emulator
let clock: TestClock

beforeEach(async () => {
  clock = createTestClock()
  emulator = await startEmulator({ tables: [things], clock: clock.read })
})
afterEach(() => emulator.close())

describe('create', () => {
  it('answers 204 with the address of the row', async () => {
    const answer = await send(emulator, 'POST', 'new_things', { body: { new_name: 'A' } })
    expect(answer.status).toBe(204)
    expect(answer.headers.get('odata-version')).toBe('4.0')
    expect(answer.headers.get('x-ms-service-request-id')).toMatch(/^[0-9a-f-]{36}$/)
    const address = answer.headers.get('odata-entityid')!
    expect(address).toMatch(/\/api\/data\/v9\.2\/new_things\([0-9a-f-]{36}\)$/)
    const read = await send(emulator, 'GET', address)
    expect(read.json).toMatchObject({
      new_name: 'A',
      new_notes: null,
      createdon: '2026-03-15T09:41:07Z',
      modifiedon: '2026-03-15T09:41:07Z',
      statecode: 0,
      statuscode: 1,
    })
    expect(read.json['@odata.etag']).toBe(`W/"${String(read.json.versionnumber)}"`)
    expect(read.json._ownerid_value).toBe(read.json._owninguser_value)
    expect(read.headers.get('etag')).toBe(read.json['@odata.etag'])
  })

  it('answers 201 with the row, and without its address, when asked for the representation', async () => {
    const answer = await send(emulator, 'POST', 'new_things?$select=new_name', {
      body: { new_thingid: guid(1), new_name: 'A' },
      headers: { Prefer: 'return=representation' },
    })
    expect(answer.status).toBe(201)
    expect(answer.headers.get('odata-entityid')).toBeNull()
    expect(answer.headers.get('preference-applied')).toBe('return=representation')
    expect(answer.json).toEqual({
      '@odata.context': `${emulator.serviceRoot}/$metadata#new_things(new_name)/$entity`,
      '@odata.etag': expect.stringMatching(/^W\/"\d+"$/),
      new_name: 'A',
      new_thingid: guid(1),
    })
  })

  it('refuses a second row of the same primary key', async () => {
    const body = { new_thingid: guid(1), new_name: 'A' }
    await send(emulator, 'POST', 'new_things', { body })
    const answer = await send(emulator, 'POST', 'new_things', { body })
    expect([answer.status, errorOf(answer).code]).toEqual([412, '0x80040237'])
    expect(emulator.table('new_things').count()).toBe(1)
  })

  it('has no effect when what should be answered cannot be', async () => {
    const answer = await send(emulator, 'POST', 'new_things?$select=nothing', {
      body: { new_name: 'A' },
      headers: { Prefer: 'return=representation' },
    })
    expect(answer.status).toBe(400)
    expect(emulator.table('new_things').count()).toBe(0)
  })

  it('lets overriddencreatedon stand as createdon, and ignores createdon itself', async () => {
    await send(emulator, 'POST', 'new_things', {
      body: { new_thingid: guid(1), overriddencreatedon: '2020-01-02T03:04:05Z' },
    })
    await send(emulator, 'POST', 'new_things', {
      body: { new_thingid: guid(2), createdon: '2020-01-02T03:04:05Z' },
    })
    expect(emulator.table('new_things').get(guid(1))?.createdon).toBe('2020-01-02T03:04:05Z')
    expect(emulator.table('new_things').get(guid(2))?.createdon).toBe('2026-03-15T09:41:07Z')
  })
})

describe('values', () => {
  const refused: [string, unknown, number, string][] = [
    ['an unknown property', { new_nothing: 1 }, 400, '0x0'],
    ['a text that is too long', { new_name: 'x'.repeat(51) }, 400, '0x80044331'],
    ['a number above its range', { new_site: 1000 }, 400, '0x80044330'],
    ['a number below its range', { new_site: -1 }, 400, '0x8004432F'],
    ['an unknown option', { new_color: 3 }, 400, '0x8004431A'],
    ['an unknown choice', { new_tags: '1,2' }, 400, '0x8004431A'],
    ['null for a required column', { new_must: null }, 400, '0x80040203'],
    ['a number for a text', { new_name: 1 }, 400, '0x80048d19'],
    ['a text for a number', { new_site: '1' }, 400, '0x80048d19'],
    ['a fraction for a whole number', { new_site: 1.5 }, 400, '0x80048d19'],
    ['a text for a yes/no', { new_flag: 'yes' }, 400, '0x80048d19'],
    ['a time for a day', { new_day: '2026-03-25T00:00:00Z' }, 400, '0x80048d19'],
    ['a day that does not exist', { new_day: '2026-02-30' }, 400, '0x80048d19'],
    ['a time without a zone', { new_at: '2026-03-25T00:00:00' }, 400, '0x80048d19'],
    ['a day before 1753', { new_day: '1752-12-31' }, 400, '0x80040239'],
    ['a GUID that is none', { new_thingid: 'x' }, 400, '0x80048d19'],
    ['a lookup by its read-only property', { _new_parent_value: guid(1) }, 400, '0x80048d19'],
    ['an array', [], 400, '0x80048d19'],
    ['text that is not JSON', '{"new_name":', 400, '0x80048d19'],
  ]
  it.each(refused)('refuse %s', async (_, body, status, code) => {
    const answer = await send(emulator, 'POST', 'new_things', { body })
    expect([answer.status, errorOf(answer).code]).toEqual([status, code])
    expect(emulator.table('new_things').count()).toBe(0)
  })

  it('come back as they were written, big integers to the last digit', async () => {
    const body =
      '{"new_thingid":"AAAAAAAA-0000-4000-8000-000000000001","new_big":9007199254740993,"new_amount":12.50,' +
      '"new_flag":true,"new_day":"2026-03-25","new_at":"2026-03-25T18:42:47.9+01:00","new_tags":"1, 9",' +
      '"new_notes":"a \\"b\\" \\u00e4 9007199254740993"}'
    expect((await send(emulator, 'POST', 'new_things', { body })).status).toBe(204)
    const { text, json } = await send(emulator, 'GET', `new_things(${guid(1)})`)
    expect(text).toContain('"new_big":9007199254740993')
    expect(json).toMatchObject({
      new_amount: 12.5,
      new_flag: true,
      new_day: '2026-03-25',
      new_at: '2026-03-25T17:42:47Z',
      new_tags: '1,9',
      new_notes: 'a "b" ä 9007199254740993',
    })
    expect(emulator.table('new_things').get(guid(1))?.new_big).toBe(9007199254740993n)
  })
})

describe('state and status', () => {
  it('begin in the initial state, whatever the body says', async () => {
    await send(emulator, 'POST', 'new_things', { body: { new_thingid: guid(1), statecode: 1 } })
    expect(emulator.table('new_things').get(guid(1))).toMatchObject({ statecode: 0, statuscode: 1 })
  })

  it('refuse a status of another state on create and on update', async () => {
    const created = await send(emulator, 'POST', 'new_things', { body: { statecode: 1, statuscode: 2 } })
    expect([created.status, errorOf(created).code]).toEqual([400, '0x80048408'])
    emulator.table('new_things').create({ new_thingid: guid(1) })
    const updated = await send(emulator, 'PATCH', `new_things(${guid(1)})`, { body: { statuscode: 2 } })
    expect([updated.status, errorOf(updated).code]).toEqual([400, '0x80048408'])
  })

  it('complete a state with its default status', async () => {
    emulator.table('new_things').create({ new_thingid: guid(1) })
    await send(emulator, 'PATCH', `new_things(${guid(1)})`, { body: { statecode: 1 } })
    expect(emulator.table('new_things').get(guid(1))).toMatchObject({ statecode: 1, statuscode: 2 })
  })
})

describe('one property', () => {
  beforeEach(() => {
    emulator.table('new_things').create({ new_thingid: guid(1), new_name: 'A', new_site: 5 })
  })

  it('is read, raw too, and is 204 when null', async () => {
    expect((await send(emulator, 'GET', `new_things(${guid(1)})/new_name`)).json).toEqual({
      '@odata.context': `${emulator.serviceRoot}/$metadata#new_things(${guid(1)})/new_name`,
      value: 'A',
    })
    expect((await send(emulator, 'GET', `new_things(${guid(1)})/new_site`)).json.value).toBe(5)
    expect((await send(emulator, 'GET', `new_things(${guid(1)})/new_name/$value`)).text).toBe('A')
    expect((await send(emulator, 'GET', `new_things(${guid(1)})/new_notes`)).status).toBe(204)
    expect((await send(emulator, 'GET', `new_things(${guid(1)})/nothing`)).status).toBe(404)
  })

  it('is set by PUT and cleared by DELETE', async () => {
    const put = await send(emulator, 'PUT', `new_things(${guid(1)})/new_name`, { body: { value: 'B' } })
    expect(put.status).toBe(204)
    expect(emulator.table('new_things').get(guid(1))?.new_name).toBe('B')
    expect((await send(emulator, 'DELETE', `new_things(${guid(1)})/new_name`)).status).toBe(204)
    expect(emulator.table('new_things').get(guid(1))?.new_name).toBeNull()
    expect((await send(emulator, 'PUT', `new_things(${guid(1)})/new_name`, { body: {} })).status).toBe(400)
  })
})

describe('update and delete', () => {
  it('raise the row version and move modifiedon, also for equal values', async () => {
    emulator.table('new_things').create({ new_thingid: guid(1), new_name: 'A' })
    const before = emulator.table('new_things').get(guid(1))!
    clock.now += 60_000
    await send(emulator, 'PATCH', `new_things(${guid(1)})`, { body: { new_name: 'A' } })
    const after = emulator.table('new_things').get(guid(1))!
    expect(after.versionnumber as bigint).toBeGreaterThan(before.versionnumber as bigint)
    expect(after).toMatchObject({ createdon: '2026-03-15T09:41:07Z', modifiedon: '2026-03-15T09:42:07Z' })
  })

  it('delete answers 204, then 404', async () => {
    emulator.table('new_things').create({ new_thingid: guid(1) })
    expect((await send(emulator, 'DELETE', `new_things(${guid(1)})`)).status).toBe(204)
    const again = await send(emulator, 'DELETE', `new_things(${guid(1)})`)
    expect([again.status, errorOf(again).code]).toEqual([404, '0x80040217'])
    expect(emulator.history().filter(({ table }) => table === 'new_thing')).toEqual([
      expect.objectContaining({ id: guid(1), operation: 'created' }),
      expect.objectContaining({ id: guid(1), operation: 'deleted' }),
    ])
  })
})
