import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Emulator, startEmulator, type TableDefinition } from '../src/index.js'
import { errorOf, guid, rowsOf, send } from './support/api.js'
import { things } from './support/things.js'

let emulator: Emulator

beforeEach(async () => {
  emulator = await startEmulator({ tables: [things] })
  emulator.table('new_things').create({ new_thingid: guid(1), new_code: 'P1', new_name: 'Parent' })
  emulator.table('new_things').create({ new_thingid: guid(2) })
})
afterEach(() => emulator.close())

const child = () => emulator.table('new_things').get(guid(2))
const bind = (value: unknown, property = 'new_Parent@odata.bind') =>
  send(emulator, 'PATCH', `new_things(${guid(2)})`, { body: { [property]: value } })

describe('@odata.bind', () => {
  it.each([
    ['a relative address', () => `new_things(${guid(1)})`],
    ['an address with a slash before it', () => `/new_things(${guid(1)})`],
    ['an absolute URL', () => `${emulator.serviceRoot}/new_things(${guid(1)})`],
    ['an alternate key', () => "new_things(new_code='P1')"],
    ['an upper-case GUID', () => `new_things(${guid(1).toUpperCase()})`],
  ])('takes %s', async (_, reference) => {
    expect((await bind(reference())).status).toBe(204)
    expect(child()?._new_parent_value).toBe(guid(1))
  })

  it('clears with null, with and without the suffix', async () => {
    for (const property of ['new_Parent@odata.bind', 'new_Parent']) {
      await bind(`new_things(${guid(1)})`)
      expect((await bind(null, property)).status).toBe(204)
      expect(child()?._new_parent_value).toBeNull()
    }
  })

  it('refuses a name that is wrong or in the wrong case', async () => {
    for (const name of ['new_parent', 'new_nothing']) {
      const answer = await bind(`new_things(${guid(1)})`, `${name}@odata.bind`)
      expect([answer.status, errorOf(answer).code]).toEqual([400, '0x80048d19'])
      expect(errorOf(answer).message).toContain(
        `An undeclared property '${name}' which only has property annotations`,
      )
    }
  })

  it('refuses rows of another table, and what is no address', async () => {
    const account = emulator.table('accounts').create({ name: 'A' })
    for (const value of [`accounts(${account})`, 'new_things', 5]) {
      const answer = await bind(value)
      expect([answer.status, errorOf(answer).code]).toEqual([400, '0x80048d19'])
    }
  })

  it('needs a row that exists; the status of the answer is an option', async () => {
    const byId = await bind(`new_things(${guid(9)})`)
    expect([byId.status, errorOf(byId).code]).toEqual([404, '0x80040217'])
    const byKey = await bind("new_things(new_code='P9')")
    expect([byKey.status, errorOf(byKey).code]).toEqual([404, '0x80060891'])
    await emulator.close()
    emulator = await startEmulator({ tables: [things], missingBindStatus: 400 })
    emulator.table('new_things').create({ new_thingid: guid(2) })
    expect((await bind(`new_things(${guid(9)})`)).status).toBe(400)
  })

  it('reads keys in bodies as they stand: refuses / \\ # and decodes no percent signs', async () => {
    emulator.table('new_things').create({ new_code: 'a&b' })
    expect((await bind("new_things(new_code='a&b')")).status).toBe(204)
    expect((await bind("new_things(new_code='a%26b')")).status).toBe(404)
    for (const code of ['a/b', 'a\\b', 'a#b']) {
      const answer = await bind(`new_things(new_code='${code}')`)
      expect([answer.status, errorOf(answer).code]).toEqual([400, '0x8006088a'])
    }
  })
})

describe('polymorphic lookups', () => {
  it('hold one row at a time: the last one set', async () => {
    const account = emulator.table('accounts').create({ name: 'A' })
    const boss = emulator.table('contacts').create({ lastname: 'Boss' })
    const id = emulator.table('contacts').create({ lastname: 'One' })
    await send(emulator, 'PATCH', `contacts(${id})`, {
      body: { 'parentcustomerid_account@odata.bind': `accounts(${account})` },
    })
    const read = () =>
      send(emulator, 'GET', `contacts(${id})?$select=_parentcustomerid_value`, {
        headers: { Prefer: 'odata.include-annotations="*"' },
      })
    expect((await read()).json).toMatchObject({
      '_parentcustomerid_value@Microsoft.Dynamics.CRM.lookuplogicalname': 'account',
      '_parentcustomerid_value@Microsoft.Dynamics.CRM.associatednavigationproperty':
        'parentcustomerid_account',
      '_parentcustomerid_value@OData.Community.Display.V1.FormattedValue': 'A',
    })
    await send(emulator, 'PATCH', `contacts(${id})`, {
      body: {
        'parentcustomerid_contact@odata.bind': `contacts(${boss})`,
        'parentcustomerid_account@odata.bind': null,
      },
    })
    expect((await read()).json).toMatchObject({
      '_parentcustomerid_value@Microsoft.Dynamics.CRM.lookuplogicalname': 'contact',
      _parentcustomerid_value: boss,
    })
  })

  it('are cleared by the property of the table that they point at, not by another', async () => {
    const account = emulator.table('accounts').create({ name: 'A' })
    const id = emulator.table('contacts').create({
      lastname: 'One',
      'parentcustomerid_account@odata.bind': `accounts(${account})`,
    })
    const clear = (body: unknown) => send(emulator, 'PATCH', `contacts(${id})`, { body })
    await clear({ parentcustomerid_contact: null })
    expect(emulator.table('contacts').get(id)?._parentcustomerid_value).toBe(account)
    await clear({ 'parentcustomerid_account@odata.bind': null })
    expect(emulator.table('contacts').get(id)?._parentcustomerid_value).toBeNull()
  })

  it('move ownership between users and teams with ownerid', async () => {
    const id = emulator.table('accounts').create({ name: 'A' })
    const [team] = emulator.table('teams').rows()
    await send(emulator, 'PATCH', `accounts(${id})`, {
      body: { 'ownerid@odata.bind': `teams(${String(team?.teamid)})` },
    })
    expect(emulator.table('accounts').get(id)).toMatchObject({
      _ownerid_value: team?.teamid,
      _owningteam_value: team?.teamid,
      _owninguser_value: null,
    })
  })
})

describe('deleting a row that others point at', () => {
  const table = (onDelete: 'cascade' | 'remove-link' | 'restrict' | 'no-cascade'): TableDefinition => ({
    ...things,
    columns: things.columns.map((column) =>
      column.targets === undefined
        ? column
        : { ...column, targets: column.targets.map((target) => ({ ...target, onDelete })) },
    ),
  })
  const restart = async (onDelete: Parameters<typeof table>[0]) => {
    await emulator.close()
    emulator = await startEmulator({ tables: [table(onDelete)] })
    const rows = emulator.table('new_things')
    rows.create({ new_thingid: guid(1) })
    rows.create({ new_thingid: guid(2), 'new_Parent@odata.bind': `new_things(${guid(1)})` })
    rows.create({ new_thingid: guid(3), 'new_Parent@odata.bind': `new_things(${guid(2)})` })
    // A circle must not go round for ever.
    rows.update(guid(1), { 'new_Parent@odata.bind': `new_things(${guid(3)})` })
    return rows
  }

  it('removes the links and raises the versions of those rows', async () => {
    const rows = await restart('remove-link')
    const before = rows.get(guid(2))?.versionnumber as bigint
    expect((await send(emulator, 'DELETE', `new_things(${guid(1)})`)).status).toBe(204)
    expect(rows.get(guid(2))).toMatchObject({ _new_parent_value: null })
    expect(rows.get(guid(2))?.versionnumber as bigint).toBeGreaterThan(before)
  })

  it('deletes them too, each in the change feed', async () => {
    const rows = await restart('cascade')
    const headers = { Prefer: 'odata.track-changes' }
    const first = await send(emulator, 'GET', 'new_things', { headers })
    await send(emulator, 'DELETE', `new_things(${guid(1)})`)
    expect(rows.count()).toBe(0)
    const delta = await send(emulator, 'GET', String(first.json['@odata.deltaLink']))
    expect(rowsOf(delta).map(({ id, reason }) => [id, reason])).toEqual([
      [guid(1), 'deleted'],
      [guid(2), 'deleted'],
      [guid(3), 'deleted'],
    ])
  })

  it('is refused as a whole when one forbids it', async () => {
    const rows = await restart('restrict')
    const version = rows.get(guid(1))?.versionnumber
    const answer = await send(emulator, 'DELETE', `new_things(${guid(1)})`)
    expect([answer.status, errorOf(answer).code]).toEqual([405, '0x80040227'])
    expect(rows.count()).toBe(3)
    expect(rows.get(guid(1))?.versionnumber).toBe(version)
    expect(emulator.history().some(({ operation }) => operation === 'deleted')).toBe(false)
  })

  it('leaves them as they are with no cascade', async () => {
    const rows = await restart('no-cascade')
    await send(emulator, 'DELETE', `new_things(${guid(1)})`)
    expect(rows.get(guid(2))?._new_parent_value).toBe(guid(1))
  })
})

describe('navigation properties', () => {
  it('lead to the row or the rows at their other end', async () => {
    await bind(`new_things(${guid(1)})`)
    const parent = await send(emulator, 'GET', `new_things(${guid(2)})/new_Parent?$select=new_name`)
    expect(parent.json).toMatchObject({ new_name: 'Parent', new_thingid: guid(1) })
    expect((await send(emulator, 'GET', `new_things(${guid(1)})/new_Parent`)).status).toBe(204)
    const path = `new_things(${guid(1)})/new_thing_children`
    const children = await send(emulator, 'GET', `${path}?$select=new_name`)
    expect(rowsOf(children).map((row) => row.new_thingid)).toEqual([guid(2)])
    expect((await send(emulator, 'GET', `${path}/$count`)).text.replace('\uFEFF', '')).toBe('1')
  })
})
