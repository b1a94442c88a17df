import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Emulator, standardTables, startEmulator } from '../src/index.js'
import { errorOf, guid, rowsOf, send } from './support/api.js'
import { documents } from './support/documents.js'

let emulator: Emulator

beforeEach(async () => {
  emulator = await startEmulator({
    tables: [
      documents,
      {
        logicalName: 'new_layout',
        changeTrackingEnabled: true,
        columns: [
          { logicalName: 'name', type: 'string' },
          { logicalName: 'iscustomizable', type: 'managedproperty' },
          { logicalName: 'canbedeleted', type: 'managedproperty', validForUpdate: false },
        ],
      },
    ],
  })
})
afterEach(() => emulator.close())

/** The properties of a type, as `$metadata` has them, with what it inherits. */
async function propertiesOf(table: string): Promise<string[]> {
  const csdl = (await send(emulator, 'GET', '$metadata')).text
  const type = new RegExp(
    `<EntityType Name="${table}"[^>]*BaseType="mscrm.(\\w+)"[^>]*>([\\s\\S]*?)</EntityType>`,
  ).exec(csdl)
  const inherited = { principal: ['ownerid'], activitypointer: ['activityid'] }[type?.[1] ?? ''] ?? []
  const own = [...(type?.[2] ?? '').matchAll(/<Property Name="([^"]+)"/g)].map(([, name]) => String(name))
  return [...inherited, ...own]
}

describe('columns', () => {
  it.each([...standardTables.map(({ logicalName }) => logicalName), 'new_document', 'new_layout'])(
    'of rows of %s are the properties of its type, and no definition is missing',
    async (table) => {
      const properties = await propertiesOf(table)
      const definition = await send(
        emulator,
        'GET',
        `EntityDefinitions(LogicalName='${table}')?$expand=Attributes`,
      )
      const attributes = definition.json.Attributes as Record<string, unknown>[]
      const described = attributes
        .filter((attribute) => attribute.IsValidODataAttribute)
        .map(({ AttributeType: type, LogicalName: name }) =>
          ['Lookup', 'Customer', 'Owner'].includes(String(type)) ? `_${String(name)}_value` : String(name),
        )
      const isPrincipal = table === 'systemuser' || table === 'team'
      expect(new Set(described)).toEqual(new Set(properties))
      expect(isPrincipal || properties.length === new Set(properties).size).toBe(true)
      const answer = await send(
        emulator,
        'GET',
        `${definition.json.EntitySetName}?$select=${properties.join()}`,
      )
      expect(answer.status).toBe(200)
    },
  )
})

describe('the name of the table that a note belongs to', () => {
  it('follows the look-up and is text', async () => {
    const account = emulator.table('accounts').create({ name: 'A' })
    const contact = emulator.table('contacts').create({ lastname: 'C' })
    const id = emulator.table('annotations').create({ 'objectid_account@odata.bind': `accounts(${account})` })
    const read = async () => (await send(emulator, 'GET', `annotations(${id})`)).json.objecttypecode
    expect(await read()).toBe('account')
    await send(emulator, 'PATCH', `annotations(${id})`, {
      body: { 'objectid_contact@odata.bind': `contacts(${contact})`, objecttypecode: 'lead' },
    })
    expect(await read()).toBe('contact')
    const byTable = rowsOf(await send(emulator, 'GET', "annotations?$filter=objecttypecode eq 'contact'"))
    expect(byTable.map((row) => row.annotationid)).toEqual([id])
    await send(emulator, 'PATCH', `annotations(${id})`, { body: { objectid_contact: null } })
    expect(await read()).toBeNull()
  })

  it('is of the kind EntityName, as are those that only definitions have', async () => {
    const attribute = async (table: string, name: string) =>
      (
        await send(
          emulator,
          'GET',
          `EntityDefinitions(LogicalName='${table}')/Attributes(LogicalName='${name}')`,
        )
      ).json
    expect(await attribute('annotation', 'objecttypecode')).toMatchObject({
      AttributeType: 'EntityName',
      AttributeTypeName: { Value: 'EntityNameType' },
      AttributeOf: 'objectid',
    })
    for (const [table, name] of [
      ['account', 'owneridtype'],
      ['contact', 'parentcustomeridtype'],
      ['lead', 'customeridtype'],
    ] as const) {
      expect(await attribute(table, name)).toMatchObject({ AttributeType: 'EntityName' })
      const set = `${table}s?$select=${name}`
      expect((await send(emulator, 'GET', set)).status).toBe(400)
    }
  })
})

describe('a managed property', () => {
  const layout = `new_layouts(${guid(1)})`

  it('is an object in rows, in pages, deltas and single reads', async () => {
    const value = { Value: true, CanBeChanged: true, ManagedPropertyLogicalName: 'iscustomizable' }
    const tracked = { headers: { Prefer: 'odata.track-changes' } }
    const first = await send(emulator, 'GET', 'new_layouts', tracked)
    await send(emulator, 'PATCH', layout, {
      body: { name: 'L', iscustomizable: value, canbedeleted: { Value: false } },
    })
    expect((await send(emulator, 'GET', layout)).json).toMatchObject({
      iscustomizable: value,
      canbedeleted: { Value: false, CanBeChanged: true, ManagedPropertyLogicalName: 'canbedeleted' },
    })
    const delta = rowsOf(await send(emulator, 'GET', String(first.json['@odata.deltaLink'])))
    expect(delta).toMatchObject([{ iscustomizable: value }])
    await send(emulator, 'PATCH', layout, { body: { canbedeleted: { Value: true } } })
    expect((await send(emulator, 'GET', layout)).json.canbedeleted).toMatchObject({ Value: false })
  })

  it('is no bare value', async () => {
    for (const iscustomizable of [true, 'true', {}, { Value: 'x' }]) {
      const answer = await send(emulator, 'PATCH', layout, { body: { iscustomizable } })
      expect([answer.status, errorOf(answer).code]).toEqual([400, '0x80048d19'])
    }
  })

  it('has a type of its own in $metadata', async () => {
    const csdl = (await send(emulator, 'GET', '$metadata')).text
    expect(csdl).toContain('<Property Name="iscustomizable" Type="mscrm.BooleanManagedProperty"/>')
    expect(csdl).toContain('<ComplexType Name="BooleanManagedProperty">')
  })
})
