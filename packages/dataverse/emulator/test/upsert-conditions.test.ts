import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Emulator, startEmulator, type TableView } from '../src/index.js'
import { errorOf, guid, send } from './support/api.js'
import { things } from './support/things.js'

let emulator: Emulator
let table: TableView

beforeEach(async () => {
  emulator = await startEmulator({ tables: [things] })
  table = emulator.table('new_things')
})
afterEach(() => emulator.close())

const address = `new_things(${guid(1)})`
const patch = (headers: Record<string, string> = {}, path = address) =>
  send(emulator, 'PATCH', path, { body: { new_name: 'B' }, headers })
const exists = () => table.create({ new_thingid: guid(1), new_name: 'A' })

describe('PATCH without a condition', () => {
  it('creates the row when it is absent, under the id of the URL', async () => {
    const answer = await patch()
    expect(answer.status).toBe(204)
    expect(answer.headers.get('odata-entityid')).toBe(`${emulator.serviceRoot}/${address}`)
    expect(table.get(guid(1))).toMatchObject({ new_name: 'B' })
  })

  it('updates the row when it is there, with the same answer', async () => {
    exists()
    const answer = await patch()
    expect(answer.status).toBe(204)
    expect(answer.headers.get('odata-entityid')).toBe(`${emulator.serviceRoot}/${address}`)
    expect(table.get(guid(1))).toMatchObject({ new_name: 'B' })
    expect(table.count()).toBe(1)
  })

  it('tells created from updated only by its representation: 201 and 200', async () => {
    const path = `${address}?$select=new_name`
    const created = await patch({ Prefer: 'return=representation' }, path)
    expect(created.status).toBe(201)
    expect(created.headers.get('preference-applied')).toBe('return=representation')
    const updated = await patch({ Prefer: 'return=representation' }, path)
    expect(updated.status).toBe(200)
    expect(updated.headers.get('etag')).toBe(updated.json['@odata.etag'])
    expect(updated.json).toMatchObject({ new_name: 'B', new_thingid: guid(1) })
  })

  it('takes the named form of the primary key', async () => {
    const named = `new_things(new_thingid=${guid(1).toUpperCase()})`
    const answer = await patch({}, named)
    expect(answer.headers.get('odata-entityid')).toBe(`${emulator.serviceRoot}/${named}`)
    expect(table.get(guid(1))).toBeDefined()
  })
})

describe('If-Match and If-None-Match', () => {
  it('If-Match: * updates and never creates', async () => {
    const absent = await patch({ 'If-Match': '*' })
    expect([absent.status, errorOf(absent).code]).toEqual([404, '0x80040217'])
    expect(table.count()).toBe(0)
    exists()
    expect((await patch({ 'If-Match': '*' })).status).toBe(204)
  })

  it('If-None-Match: * creates and never updates', async () => {
    expect((await patch({ 'If-None-Match': '*' })).status).toBe(204)
    const present = await patch({ 'If-None-Match': '*' })
    expect([present.status, errorOf(present).code]).toEqual([412, '0x80040237'])
    expect(errorOf(present).message).toBe('A record with matching key values already exists.')
  })

  it('If-Match with an etag holds only while the row is unchanged', async () => {
    exists()
    const etag = String(table.get(guid(1))?.['@odata.etag'])
    expect((await patch({ 'If-Match': etag })).status).toBe(204)
    const late = await patch({ 'If-Match': etag })
    expect([late.status, errorOf(late).code]).toEqual([412, '0x80060882'])
    const lateDelete = await send(emulator, 'DELETE', address, { headers: { 'If-Match': etag } })
    expect([lateDelete.status, errorOf(lateDelete).code]).toEqual([412, '0x80060882'])
    const now = String(table.get(guid(1))?.['@odata.etag'])
    expect((await send(emulator, 'DELETE', address, { headers: { 'If-Match': now } })).status).toBe(204)
    expect((await patch({ 'If-Match': now })).status).toBe(404)
  })

  it('are refused with an etag where the table has no optimistic concurrency', async () => {
    await emulator.close()
    emulator = await startEmulator({ tables: [{ ...things, optimisticConcurrencyEnabled: false }] })
    table = emulator.table('new_things')
    exists()
    const answer = await patch({ 'If-Match': 'W/"1"' })
    expect([answer.status, errorOf(answer).code]).toEqual([400, '0x8006088d'])
  })

  it('take the word null for no condition', async () => {
    exists()
    expect((await patch({ 'If-None-Match': 'null' })).status).toBe(204)
    expect((await send(emulator, 'GET', address, { headers: { 'If-None-Match': 'null' } })).status).toBe(200)
  })
})

describe('conditional reads', () => {
  it('answer 304 without a body while the row is unchanged', async () => {
    exists()
    const { headers } = await send(emulator, 'GET', address)
    const condition = { 'If-None-Match': headers.get('etag')! }
    const same = await send(emulator, 'GET', address, { headers: condition })
    expect([same.status, same.text]).toEqual([304, ''])
    await patch()
    expect((await send(emulator, 'GET', address, { headers: condition })).status).toBe(200)
  })

  it('never answer 304 with $expand or with annotations', async () => {
    exists()
    const condition = { 'If-None-Match': String(table.get(guid(1))?.['@odata.etag']) }
    const expanded = await send(emulator, 'GET', `${address}?$expand=new_Parent`, { headers: condition })
    expect(expanded.status).toBe(200)
    const annotated = await send(emulator, 'GET', address, {
      headers: { ...condition, Prefer: 'odata.include-annotations="*"' },
    })
    expect(annotated.status).toBe(200)
  })
})

describe('users and teams', () => {
  it('are not found by the named form of their own id, only by ownerid', async () => {
    const [user] = emulator.table('systemusers').rows()
    const id = String(user?.systemuserid)
    expect((await send(emulator, 'GET', `systemusers(systemuserid=${id})`)).status).toBe(400)
    expect((await send(emulator, 'GET', `systemusers(ownerid=${id})`)).json.systemuserid).toBe(id)
    expect((await send(emulator, 'GET', `systemusers(${id})`)).json.systemuserid).toBe(id)
  })
})
