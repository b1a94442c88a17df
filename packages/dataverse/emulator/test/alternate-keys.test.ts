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

const patch = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  send(emulator, 'PATCH', path, { body, headers })

describe('upsert by alternate key', () => {
  it('creates the row with the key of the URL, and answers with the address as it was used', async () => {
    const answer = await patch("new_things(new_code='A1')", { new_name: 'A' })
    expect(answer.status).toBe(204)
    expect(answer.headers.get('odata-entityid')).toBe(`${emulator.serviceRoot}/new_things(new_code='A1')`)
    expect(table.rows()).toEqual([expect.objectContaining({ new_code: 'A1', new_name: 'A' })])
  })

  it('drops key columns of the body on update', async () => {
    table.create({ new_code: 'A1' })
    await patch("new_things(new_code='A1')", { new_code: 'A2', new_name: 'B' })
    expect(table.rows()).toEqual([expect.objectContaining({ new_code: 'A1', new_name: 'B' })])
  })

  it('lets the body win over the URL on create', async () => {
    await patch("new_things(new_code='A1')", { new_code: 'A2', new_name: 'B' })
    expect(table.rows()).toEqual([expect.objectContaining({ new_code: 'A2' })])
  })

  it.each([
    ['a text that is too long', `new_things(new_code='${'x'.repeat(101)}')`, '0x80044331'],
    ['a number out of range', "new_things(new_site=2147483648,new_serial='x')", '0x80044330'],
  ])('creates no row of %s', async (_, path, code) => {
    const answer = await send(emulator, 'PATCH', path, { body: {} })
    expect([answer.status, errorOf(answer).code]).toEqual([400, code])
    const target = { '@odata.type': 'Microsoft.Dynamics.CRM.new_thing', '@odata.id': path }
    const many = await send(emulator, 'POST', 'new_things/Microsoft.Dynamics.CRM.UpsertMultiple', {
      body: { Targets: [target] },
    })
    expect([many.status, errorOf(many).code]).toEqual([400, code])
    expect(table.count()).toBe(0)
  })

  it('writes key columns of the body when the row is addressed by its id', async () => {
    const id = table.create({ new_code: 'A1' })
    await patch(`new_things(${id})`, { new_code: 'A2' })
    expect(table.get(id)?.new_code).toBe('A2')
    expect((await send(emulator, 'GET', "new_things(new_code='A1')")).status).toBe(404)
    expect((await send(emulator, 'GET', "new_things(new_code='A2')")).status).toBe(200)
  })

  it('names the key in the 404 of a row that must exist', async () => {
    const answer = await patch("new_things(new_code='A1')", {}, { 'If-Match': '*' })
    expect([answer.status, errorOf(answer).code]).toEqual([404, '0x80060891'])
    expect(errorOf(answer).message).toBe(
      'A record with the specified key values does not exist in new_thing entity',
    )
  })
})

describe('upsert by a key with a lookup', () => {
  it('needs the row that the lookup points at', async () => {
    const answer = await patch(`new_things(_new_parent_value=${guid(9)},new_site=1)`, {})
    expect([answer.status, errorOf(answer).code]).toEqual([404, '0x80040217'])
    const parent = table.create({})
    expect((await patch(`new_things(_new_parent_value=${parent},new_site=1)`, {})).status).toBe(204)
    expect(table.rows().map((row) => row._new_parent_value)).toContain(parent)
  })
})

describe('key predicates', () => {
  it('take several parts in any order', async () => {
    const id = table.create({ new_site: 5, new_serial: "O'Neil" })
    for (const path of [
      "new_things(new_site=5,new_serial='O''Neil')",
      "new_things(new_serial='O''Neil', new_site=5)",
      'new_things(new_serial=%27O%27%27Neil%27,new_site=5)',
    ]) {
      expect((await send(emulator, 'GET', path)).json.new_thingid).toBe(id)
    }
  })

  it('name lookups by their lookup property', async () => {
    const parent = table.create({})
    const child = table.create({ 'new_Parent@odata.bind': `new_things(${parent})`, new_site: 1 })
    const found = await send(emulator, 'GET', `new_things(_new_parent_value=${parent},new_site=1)`)
    expect(found.json.new_thingid).toBe(child)
    expect((await send(emulator, 'GET', `new_things(new_parent=${parent},new_site=1)`)).status).toBe(400)
  })

  const refused: [string, string, number, string][] = [
    ['columns that are no key', "new_things(new_name='A')", 400, '0x80060888'],
    ['part of a key', 'new_things(new_site=5)', 400, '0x80060888'],
    ['an unknown column', 'new_things(new_nothing=5)', 400, '0x80060888'],
    ['a key that is not active', "new_things(new_notes='A')", 400, '0x80060888'],
    ['a text without quotes', 'new_things(new_code=A1)', 400, '0x8006088a'],
    ['a number in quotes', "new_things(new_site='5',new_serial='x')", 400, '0x8006088a'],
    ['a GUID in quotes', `new_things('${guid(1)}')`, 400, '0x8006088a'],
    ['the literal of OData 3', `new_things(guid'${guid(1)}')`, 400, '0x8006088a'],
    ['something that is no GUID', 'new_things(5)', 400, '0x8006088a'],
    ['quotes that do not close', "new_things(new_code='A)", 400, '0x8006088a'],
    ['the same part twice', "new_things(new_code='A',new_code='A')", 400, '0x8006088a'],
    ['a plus sign', "new_things(new_code='a+b')", 400, '0x8006088a'],
    ['a slash', "new_things(new_code='a%2Fb')", 400, '0x8006088a'],
    ['a raw slash', "new_things(new_code='a/b')", 400, '0x8006088a'],
    ['an ampersand', "new_things(new_code='a%26b')", 400, '0x8006088a'],
    ['a percent sign', "new_things(new_code='a%25b')", 400, '0x8006088a'],
  ]
  it.each(refused)('refuse %s', async (_, path, status, code) => {
    const answer = await send(emulator, 'GET', path)
    expect([answer.status, errorOf(answer).code]).toEqual([status, code])
  })

  it('say which resource the key is not valid for', async () => {
    const answer = await send(emulator, 'GET', "new_things(new_name='A')")
    expect(errorOf(answer).message).toMatch(
      /^The key in the request URI is not valid for resource 'Microsoft\.Dynamics\.CRM\.new_thing'/,
    )
  })
})

describe('uniqueness', () => {
  it('answers 412 0x80060892 with the columns, on create and on update', async () => {
    table.create({ new_code: 'A1' })
    const other = table.create({ new_code: 'A2' })
    const headers = { Prefer: 'odata.include-annotations="*"' }
    const created = await send(emulator, 'POST', 'new_things', { body: { new_code: 'A1' }, headers })
    expect([created.status, errorOf(created).code]).toEqual([412, '0x80060892'])
    expect(errorOf(created).message).toMatch(
      /^Entity Key Code key violated\. A record with the same value for Code already exists\./,
    )
    expect(errorOf(created)['@Microsoft.PowerApps.CDS.ErrorDetails.DuplicateAttributes']).toBe(
      '<DuplicateAttributes><new_code>A1</new_code></DuplicateAttributes>',
    )
    const updated = await patch(`new_things(${other})`, { new_code: 'A1' })
    expect(updated.status).toBe(412)
    expect(table.count()).toBe(2)
  })

  it('does not constrain rows with a null part, nor keys that are not active', () => {
    table.create({ new_site: 1, new_notes: 'same' })
    table.create({ new_site: 1, new_notes: 'same' })
    expect(table.count()).toBe(2)
  })

  it('ignores case unless told otherwise', async () => {
    table.create({ new_code: 'a1' })
    expect((await send(emulator, 'GET', "new_things(new_code='A1')")).status).toBe(200)
    await emulator.close()
    emulator = await startEmulator({ tables: [things], keyComparison: 'exact' })
    emulator.table('new_things').create({ new_code: 'a1' })
    expect((await send(emulator, 'GET', "new_things(new_code='A1')")).status).toBe(404)
  })

  it('frees a value when its row is deleted or changed', async () => {
    const id = table.create({ new_code: 'A1' })
    table.remove(id)
    const next = table.create({ new_code: 'A1' })
    table.update(next, { new_code: 'A2' })
    table.create({ new_code: 'A1' })
    expect(table.count()).toBe(2)
  })
})
