import { describe, expect, it } from 'vitest'
import { advanceKeyIndexes } from '../src/lib/metadata/key-index.js'
import { createMetadataFixture, serviceRoot } from './metadata-fixture.js'

const label = (text: string) => ({
  LocalizedLabels: [{ Label: text, LanguageCode: 1033 }],
})

const bankAccount = {
  '@odata.type': 'Microsoft.Dynamics.CRM.EntityMetadata',
  SchemaName: 'new_BankAccount',
  DisplayName: label('Bank Account'),
  DisplayCollectionName: label('Bank Accounts'),
  OwnershipType: 'UserOwned',
  IsActivity: false,
  Attributes: [
    {
      '@odata.type': 'Microsoft.Dynamics.CRM.StringAttributeMetadata',
      SchemaName: 'new_AccountName',
      IsPrimaryName: true,
      MaxLength: 80,
      RequiredLevel: { Value: 'ApplicationRequired' },
      DisplayName: label('Account Name'),
    },
  ],
}

describe('POST EntityDefinitions', () => {
  it('creates a table with tracking off and tells its address', () => {
    const { call, get } = createMetadataFixture()
    const { status, headers } = call('POST', 'EntityDefinitions', bankAccount)
    expect(status).toBe(204)
    const { json } = get("EntityDefinitions(LogicalName='new_bankaccount')")
    expect(headers).toEqual({ 'OData-EntityId': `${serviceRoot}/EntityDefinitions(${json.MetadataId})` })
    expect(json).toMatchObject({
      SchemaName: 'new_BankAccount',
      EntitySetName: 'new_bankaccounts',
      ChangeTrackingEnabled: false,
      IsCustomEntity: true,
      PrimaryNameAttribute: 'new_accountname',
      DisplayName: { UserLocalizedLabel: { Label: 'Bank Account' } },
    })
    expect(
      get("EntityDefinitions(LogicalName='new_bankaccount')/Attributes(LogicalName='new_accountname')").json,
    ).toMatchObject({ MaxLength: 80, RequiredLevel: { Value: 'ApplicationRequired' }, IsPrimaryName: true })
  })

  it.each([
    ['new_Category', 'new_categories'],
    ['new_Box', 'new_boxes'],
    ['new_Day', 'new_days'],
  ])('names the entity set of %s %s', (schemaName, entitySet) => {
    const { call, context } = createMetadataFixture()
    call('POST', 'EntityDefinitions', { ...bankAccount, SchemaName: schemaName })
    expect(context.schema.byEntitySet(entitySet)).toBeDefined()
  })

  it.each([
    ['no name', { ...bankAccount, SchemaName: undefined }],
    ['a taken name', { ...bankAccount, SchemaName: 'Account' }],
    ['no primary name', { ...bankAccount, Attributes: [] }],
    ['a name that no table can have', { ...bankAccount, SchemaName: 'new thing' }],
    ['no object', 'text'],
  ])('refuses %s', (_, body) => {
    expect(createMetadataFixture().call('POST', 'EntityDefinitions', body).status).toBe(400)
  })
})

describe('PUT EntityDefinitions(…)', () => {
  const address = "EntityDefinitions(LogicalName='new_bankaccount')"

  it('switches change tracking on when the whole definition comes back', () => {
    const { call, get } = createMetadataFixture()
    call('POST', 'EntityDefinitions', bankAccount)
    const definition = get(address).json
    expect(call('PUT', address, { ...definition, ChangeTrackingEnabled: true }).status).toBe(204)
    expect(get(address).json.ChangeTrackingEnabled).toBe(true)
    expect(get(`${address}/Attributes(LogicalName='new_accountname')`).status).toBe(200)
  })

  it('never switches it off', () => {
    const { call, get } = createMetadataFixture()
    const definition = get("EntityDefinitions(LogicalName='account')").json
    const body = { ...definition, ChangeTrackingEnabled: false }
    const answer = call('PUT', "EntityDefinitions(LogicalName='account')", body)
    expect(answer).toMatchObject({ status: 400, json: { code: '0x800609A1' } })
  })

  it('refuses part of a definition, another name, and tables that cannot be tracked', () => {
    const { call, get } = createMetadataFixture()
    const account = "EntityDefinitions(LogicalName='account')"
    expect(call('PUT', account, { ChangeTrackingEnabled: true }).text).toContain('Missing: LogicalName')
    expect(call('PUT', account, { ...get(account).json, LogicalName: 'contact' }).status).toBe(400)
    expect(call('PUT', account, { ...get(account).json, ChangeTrackingEnabled: 'yes' }).status).toBe(400)
    const organization = "EntityDefinitions(LogicalName='organization')"
    const body = { ...get(organization).json, ChangeTrackingEnabled: true }
    expect(call('PUT', organization, body).status).toBe(400)
  })

  it('answers 405 to PATCH, and does not delete tables of the system', () => {
    const { call } = createMetadataFixture()
    expect(call('PATCH', "EntityDefinitions(LogicalName='account')", {}).status).toBe(405)
    expect(call('PUT', 'EntityDefinitions', {}).status).toBe(405)
    expect(call('DELETE', "EntityDefinitions(LogicalName='account')").status).toBe(400)
  })
})

describe('POST …/Attributes', () => {
  const path = "EntityDefinitions(LogicalName='account')/Attributes"

  it('adds a choice with its options', () => {
    const { call, context } = createMetadataFixture()
    const { status, headers } = call('POST', path, {
      '@odata.type': 'Microsoft.Dynamics.CRM.PicklistAttributeMetadata',
      SchemaName: 'new_Color',
      OptionSet: { Options: [{ Value: 100, Label: label('Red') }] },
    })
    expect(status).toBe(204)
    const column = context.schema.byLogicalName('account')?.column('new_color')
    expect(column?.options).toEqual([{ value: 100, label: 'Red' }])
    expect(headers).toEqual({
      'OData-EntityId': expect.stringContaining(`/Attributes(${column?.metadataId})`),
    })
  })

  it.each([
    [{ '@odata.type': 'Microsoft.Dynamics.CRM.StringAttributeMetadata', SchemaName: 'Name' }, 400],
    [{ '@odata.type': 'Microsoft.Dynamics.CRM.LookupAttributeMetadata', SchemaName: 'new_x' }, 501],
    [{ SchemaName: 'new_x' }, 400],
    [{ '@odata.type': 'Microsoft.Dynamics.CRM.StringAttributeMetadata' }, 400],
  ])('refuses %j with %i', (body, status) => {
    expect(createMetadataFixture().call('POST', path, body).status).toBe(status)
  })

  it('does not change or delete attributes', () => {
    const { call } = createMetadataFixture()
    expect(call('DELETE', `${path}(LogicalName='name')`).status).toBe(501)
    expect(call('PATCH', `${path}(LogicalName='name')`, {}).status).toBe(405)
  })
})

describe('alternate keys', () => {
  const keys = "EntityDefinitions(LogicalName='account')/Keys"
  const byNumber = {
    SchemaName: 'new_Number',
    KeyAttributes: ['accountnumber'],
    DisplayName: label('Number'),
  }

  it('is created, listed, read and deleted', () => {
    const { call, get } = createMetadataFixture()
    const { status, headers } = call('POST', keys, byNumber)
    expect(status).toBe(204)
    const { json } = get(`${keys}?$select=SchemaName,LogicalName,KeyAttributes,EntityKeyIndexStatus`)
    expect(json['@odata.context']).toBe(
      `${serviceRoot}/$metadata#EntityDefinitions('account')/Keys(SchemaName,LogicalName,KeyAttributes,EntityKeyIndexStatus)`,
    )
    expect(json.value).toMatchObject([
      {
        SchemaName: 'new_Number',
        LogicalName: 'new_number',
        KeyAttributes: ['accountnumber'],
        EntityKeyIndexStatus: 'Active',
      },
    ])
    const id = json.value[0].MetadataId
    expect(headers).toEqual({ 'OData-EntityId': expect.stringContaining(`/Keys(${id})`) })
    expect(get(`${keys}(LogicalName='new_number')`).json.EntityLogicalName).toBe('account')
    expect(call('DELETE', `${keys}(${id})`).status).toBe(204)
    expect(get(keys).json.value).toEqual([])
    expect(call('DELETE', `${keys}(${id})`).status).toBe(404)
  })

  it('is built step by step where that is asked for', () => {
    const { call, get, context } = createMetadataFixture({}, 'stepwise')
    call('POST', keys, byNumber)
    const status = () => get(`${keys}(LogicalName='new_number')`).json.EntityKeyIndexStatus
    const seen = [status()]
    for (let step = 0; step < 3; step += 1) {
      advanceKeyIndexes(context)
      seen.push(status())
    }
    expect(seen).toEqual(['Pending', 'InProgress', 'Active', 'Active'])
  })

  it('fails on rows that repeat its values, nulls not counted, and can be reactivated then', () => {
    const rows = [
      { accountid: '1', accountnumber: 'a' },
      { accountid: '2', accountnumber: null },
      { accountid: '3', accountnumber: null },
    ]
    const repeated = { accountid: '4', accountnumber: 'A' }
    const stored = [...rows, repeated]
    const { call, get } = createMetadataFixture({ account: stored })
    call('POST', keys, byNumber)
    const status = () => get(`${keys}(LogicalName='new_number')`).json.EntityKeyIndexStatus
    expect(status()).toBe('Failed')
    stored.pop()
    const body = { EntityLogicalName: 'account', EntityKeyLogicalName: 'new_number' }
    expect(call('POST', 'ReactivateEntityKey', body).status).toBe(204)
    expect(status()).toBe('Active')
    expect(call('POST', 'ReactivateEntityKey', body).json.code).toBe('0x80060897')
  })

  it.each([
    ['no columns', { SchemaName: 'new_k', KeyAttributes: [] }, '0x80040203'],
    ['an unknown column', { SchemaName: 'new_k', KeyAttributes: ['nope'] }, '0x80040203'],
    ['a column type without index', { SchemaName: 'new_k', KeyAttributes: ['description'] }, '0x8006088F'],
    ['a taken name', { SchemaName: 'product_productnumber', KeyAttributes: ['name'] }, '0x80060893'],
    ['columns that have a key', { SchemaName: 'new_k', KeyAttributes: ['productnumber'] }, '0x80060894'],
    ['too many bytes', { SchemaName: 'new_k', KeyAttributes: ['hierarchypath', 'name'] }, '0x80060895'],
    [
      'too many columns',
      { SchemaName: 'new_k', KeyAttributes: Array.from({ length: 17 }, () => 'name') },
      '0x8006088F',
    ],
  ])('refuses %s', (_, body, code) => {
    const { call } = createMetadataFixture()
    const answer = call('POST', "EntityDefinitions(LogicalName='product')/Keys", body)
    expect(answer).toMatchObject({ status: 400, json: { code } })
  })

  it('refuses an eleventh key', () => {
    const { call } = createMetadataFixture()
    const columns = ['name', 'accountnumber', 'telephone1', 'fax', 'sic', 'tickersymbol', 'stockexchange']
    const statuses = [...columns, 'industrycode', 'numberofemployees', 'ownershipcode', 'yominame'].map(
      (column) => call('POST', keys, { SchemaName: `new_${column}`, KeyAttributes: [column] }).status,
    )
    expect(statuses.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 204))
    expect(statuses[10]).toBe(400)
  })
})
