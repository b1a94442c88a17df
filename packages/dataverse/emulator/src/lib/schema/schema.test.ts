import { describe, expect, it } from 'vitest'
import { builtInRows } from './built-in-rows.js'
import { deriveValues } from './derived-values.js'
import { createSchema } from './schema.js'
import { standardTables } from './standard-tables.js'
import type { IntersectEnd, TableDefinition } from './table-definition.js'

const thing: TableDefinition = {
  logicalName: 'new_thing',
  schemaName: 'new_Thing',
  isCustom: true,
  primaryNameColumn: 'new_name',
  columns: [
    { logicalName: 'new_name', type: 'string' },
    { logicalName: 'new_cost', type: 'money' },
    {
      logicalName: 'new_accountid',
      type: 'lookup',
      targets: [
        { table: 'account', navigationProperty: 'new_AccountId', collectionNavigationProperty: 'new_things' },
      ],
    },
  ],
}

const pairs = (ends: readonly [IntersectEnd, IntersectEnd]): TableDefinition => ({
  logicalName: 'pair',
  columns: [],
  intersect: { ends },
})

describe('createSchema()', () => {
  it('fills in every default of a small definition', () => {
    const table = createSchema([thing]).byEntitySet('new_things')
    expect(table).toMatchObject({
      logicalName: 'new_thing',
      primaryIdColumn: 'new_thingid',
      primaryNameColumn: 'new_name',
      ownership: 'UserOwned',
      changeTrackingEnabled: false,
      optimisticConcurrencyEnabled: true,
    })
    expect(table?.column('new_thingid')).toMatchObject({ type: 'uniqueidentifier', isPrimaryId: true })
    expect(table?.column('new_name')).toMatchObject({ maxLength: 100, isPrimaryName: true })
  })

  it('gives a table the columns that the service adds', () => {
    const table = createSchema([thing]).byLogicalName('new_thing')
    const names = table?.columns.map((column) => column.logicalName)
    expect(names).toEqual(
      expect.arrayContaining([
        'createdon',
        'modifiedby',
        'versionnumber',
        'statecode',
        'statuscode',
        'ownerid',
        'owningbusinessunit',
        'owninguser',
        'owningteam',
        'overriddencreatedon',
        'new_cost_base',
        'transactioncurrencyid',
        'exchangerate',
      ]),
    )
    expect(table?.column('createdon')?.validForCreate).toBe(false)
    expect(table?.column('new_cost_base')?.baseOf).toBe('new_cost')
  })

  it('gives ids that are the same every time', () => {
    const id = () => createSchema([thing]).byLogicalName('new_thing')?.metadataId
    expect(id()).toBe(id())
    expect(id()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  it('reads lookups by _x_value and navigations by their exact name from both sides', () => {
    const schema = createSchema([...standardTables, thing])
    const table = schema.byLogicalName('new_thing')
    expect(table?.readProperty('_new_accountid_value')?.logicalName).toBe('new_accountid')
    expect(table?.readProperty('new_accountid')).toBeUndefined()
    expect(table?.navigation('new_AccountId')).toMatchObject({ kind: 'single', target: 'account' })
    expect(table?.navigation('new_accountid')).toBeUndefined()
    expect(schema.byLogicalName('account')?.navigation('new_things')).toMatchObject({
      kind: 'collection',
      table: 'new_thing',
      target: 'account',
    })
  })

  it('shows a table added later on the other side of its lookups', () => {
    const schema = createSchema(standardTables)
    const account = schema.byLogicalName('account')
    expect(account?.navigation('new_things')).toBeUndefined()
    schema.add(thing)
    expect(account?.navigation('new_things')?.kind).toBe('collection')
  })

  it('replaces a table, its entity set included, and gives back plain definitions', () => {
    const schema = createSchema([thing])
    schema.replace({ ...thing, entitySetName: 'new_stuff', changeTrackingEnabled: true })
    expect(schema.byEntitySet('new_things')).toBeUndefined()
    expect(schema.byEntitySet('new_stuff')?.changeTrackingEnabled).toBe(true)
    expect(schema.toDefinitions()).toHaveLength(1)
    expect(() => schema.replace({ ...thing, logicalName: 'other' })).toThrow(TypeError)
  })

  it.each([
    ['a taken name', [thing, thing]],
    ['a taken entity set', [thing, { ...thing, logicalName: 'other', entitySetName: 'new_things' }]],
    ['an upper-case logical name', [{ ...thing, logicalName: 'New_Thing' }]],
    ['a name column that is missing', [{ ...thing, primaryNameColumn: 'nope' }]],
    ['a key of an unknown column', [{ ...thing, keys: [{ logicalName: 'k', columns: ['nope'] }] }]],
    ['a key of no column', [{ ...thing, keys: [{ logicalName: 'k', columns: [] }] }]],
    [
      'an intersect table with columns',
      [{ ...pairs([{ table: 'a' }, { table: 'b' }]), columns: thing.columns }],
    ],
    ['an intersect table without two columns', [pairs([{ table: 'a' }, { table: 'b', column: 'aid' }])]],
    ['an intersect column named like the key', [pairs([{ table: 'a' }, { table: 'b', column: 'pairid' }])]],
    ['navigation properties of one name', [pairs([{ table: 'a' }, { table: 'a', column: 'bid' }])]],
    ['a column named twice', [{ ...thing, columns: [...thing.columns, ...thing.columns] }]],
  ])('refuses %s', (_, definitions) => {
    expect(() => createSchema(definitions)).toThrow(TypeError)
  })
})

describe('standardTables', () => {
  const schema = createSchema(standardTables)
  const column = (table: string, name: string) => schema.byLogicalName(table)?.column(name)

  it('only points at tables that exist', () => {
    const targets = schema
      .tables()
      .flatMap((table) => table.columns.flatMap((each) => each.targets.map((target) => target.table)))
    expect(targets.filter((target) => schema.byLogicalName(target) === undefined)).toEqual([])
  })

  it('has no two lookups that share a collection navigation property of one table', () => {
    const seen = new Map<string, string>()
    for (const table of schema.tables()) {
      for (const each of table.columns) {
        for (const target of each.targets) {
          const name = `${target.table}/${target.collectionNavigationProperty}`
          const owner = `${table.logicalName}.${each.logicalName}`
          expect([owner, undefined]).toContain(seen.get(name))
          seen.set(name, owner)
        }
      }
    }
  })

  it.each([
    ['account', 'name', 160],
    ['account', 'accountnumber', 20],
    ['account', 'address1_city', 80],
    ['contact', 'fullname', 160],
    ['contact', 'lastname', 50],
    ['product', 'productnumber', 100],
    ['opportunity', 'name', 300],
    ['systemuser', 'domainname', 1024],
    ['team', 'name', 160],
  ])('limits %s.%s to %i characters', (table, name, maxLength) => {
    expect(column(table, name)?.maxLength).toBe(maxLength)
  })

  it.each([
    ['contacts', 'parentcustomerid_account', 'single'],
    ['accounts', 'contact_customer_accounts', 'collection'],
    ['accounts', 'account_primary_contact', undefined],
    ['contacts', 'account_primary_contact', 'collection'],
    ['accounts', 'primarycontactid', 'single'],
    ['accounts', 'Account_Tasks', 'collection'],
    ['tasks', 'regardingobjectid_account_task', 'single'],
    ['accounts', 'Account_Annotation', 'collection'],
    ['accounts', 'ownerid', 'single'],
    ['leads', 'lead_owning_user', undefined],
    ['systemusers', 'lead_owning_user', 'collection'],
    ['teams', 'owner_accounts', 'collection'],
    ['tasks', 'ownerid_task', 'single'],
    ['tasks', 'ownerid', 'single'],
    ['systemusers', 'lk_task_createdby', 'collection'],
    ['businessunits', 'business_unit_task_activities', 'collection'],
    ['businessunits', 'business_unit_accounts', 'collection'],
  ])('has in %s the navigation property %s: %s', (entitySet, name, kind) => {
    expect(schema.byEntitySet(entitySet)?.navigation(name)?.kind).toBe(kind)
  })

  it('knows which tables the customer lookup leads to and what deleting them does', () => {
    expect(column('contact', 'parentcustomerid')?.targets).toMatchObject([
      { table: 'account', onDelete: 'cascade' },
      { table: 'contact', onDelete: 'remove-link' },
    ])
    expect(column('contact', 'parentcustomerid')?.type).toBe('customer')
  })

  it('has the states and statuses of a product and an opportunity', () => {
    expect(column('product', 'statecode')?.options.map((option) => option.label)).toEqual([
      'Active',
      'Retired',
      'Draft',
      'Under Revision',
    ])
    expect(column('opportunity', 'statuscode')?.options).toContainEqual({
      value: 5,
      label: 'Out-Sold',
      state: 2,
    })
  })

  it('has the keys that are known', () => {
    expect(schema.byLogicalName('account')?.keys).toEqual([])
    expect(schema.byLogicalName('product')?.keys).toMatchObject([
      { logicalName: 'product_productnumber', columns: ['productnumber'], indexStatus: 'Active' },
    ])
    expect(schema.byLogicalName('team')?.keys).toMatchObject([
      { columns: ['azureactivedirectoryobjectid', 'membershiptype'] },
    ])
  })

  it('tracks account, contact, lead and team and cannot track organization', () => {
    for (const table of ['account', 'contact', 'lead', 'team']) {
      expect(schema.byLogicalName(table)?.changeTrackingEnabled).toBe(true)
    }
    expect(schema.byLogicalName('organization')?.canChangeTrackingBeEnabled).toBe(false)
  })

  it('names entity sets as the service does', () => {
    expect(schema.tables().map((table) => table.entitySetName)).toEqual(
      expect.arrayContaining(['territories', 'opportunities', 'transactioncurrencies', 'equipments']),
    )
    expect(schema.byLogicalName('task')?.primaryIdColumn).toBe('activityid')
  })

  it('starts with rows whose columns exist and whose lookups lead somewhere', () => {
    const rows = builtInRows()
    for (const row of rows) {
      for (const [name, value] of Object.entries(row.columns)) {
        expect(column(row.table, name), `${row.table}.${name}`).toBeDefined()
        if (typeof value === 'object' && value !== null) {
          expect(rows.some((other) => other.id === value.id && other.table === value.table)).toBe(true)
        }
      }
    }
  })
})

describe('deriveValues()', () => {
  const schema = createSchema(standardTables)

  it('composes names and addresses without empty parts', () => {
    const contact = schema.byLogicalName('contact')!
    expect(deriveValues(contact, { firstname: 'Ada', lastname: 'Lovelace' })).toMatchObject({
      fullname: 'Ada Lovelace',
      yomifullname: null,
      address1_composite: null,
    })
    const address = {
      address1_line1: '1 Main St',
      address1_city: 'Oslo',
      address1_postalcode: '0150',
      address1_country: 'Norway',
    }
    expect(deriveValues(contact, address).address1_composite).toBe('1 Main St\r\nOslo, 0150\r\nNorway')
    expect(deriveValues(contact, { address1_stateorprovince: 'WA' }).address1_composite).toBe('WA')
  })

  it('converts amounts to the base currency by the exchange rate', () => {
    const product = schema.byLogicalName('product')!
    expect(deriveValues(product, { price: 10, exchangerate: 4 })).toMatchObject({
      price_base: 2.5,
      currentcost_base: null,
    })
    expect(deriveValues(product, { price: 10 }).price_base).toBe(10)
  })

  it('repeats the primary key of users as ownerid', () => {
    const user = schema.byLogicalName('systemuser')!
    expect(deriveValues(user, { systemuserid: 'x' }).ownerid).toBe('x')
  })
})
