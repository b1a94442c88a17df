import { describe, expect, it } from 'vitest'
import type { ColumnKind, ColumnMetadata, TableMetadata } from './table-metadata.js'
import { readTableSchema, toTableSchema } from './table-schema.js'

const kinds: Readonly<Record<string, ColumnKind>> = {
  accountid: 'guid',
  name: 'text',
  parentaccountid: 'lookup',
  parentaccountidname: 'text',
  participants: 'other',
  entityimage: 'image',
  contract: 'file',
  revenue: 'money',
  statecode: 'state',
  foundedon: 'date',
  openson: 'date',
  modifiedon: 'date',
}

const columns = Object.entries(kinds).map(
  ([logicalName, kind]): ColumnMetadata => ({
    logicalName,
    kind,
    isPrimaryId: logicalName === 'accountid',
    validForCreate: true,
    validForUpdate: true,
    attributeOf: logicalName === 'parentaccountidname' ? 'parentaccountid' : undefined,
    targets: [],
  }),
)

const table: TableMetadata = {
  logicalName: 'account',
  entitySetName: 'accounts',
  primaryIdColumn: 'accountid',
  primaryNameColumn: 'name',
  columns: new Map(columns.map((column) => [column.logicalName, column])),
  keys: [],
}

const key = { name: 'accountid', type: { kind: 'uuid' }, nullable: false }

describe('toTableSchema()', () => {
  it('describes the primary key, then what is selected, once each', () => {
    const select = ['name', '_parentaccountid_value', 'name', 'accountid', 'participants']
    expect(toTableSchema(table, { select })).toEqual({
      name: 'accounts',
      primaryKey: ['accountid'],
      columns: [
        key,
        { name: 'name', type: { kind: 'text' }, nullable: true },
        { name: '_parentaccountid_value', type: { kind: 'uuid' }, nullable: true },
        { name: 'participants', type: { kind: 'json' }, nullable: true },
      ],
    })
  })

  it('describes without a selection what rows can hold, as what they may lack', () => {
    const described = toTableSchema(table).columns
    expect(described.map(({ name }) => name)).toEqual([
      'accountid',
      'name',
      '_parentaccountid_value',
      'entityimage',
      'contract',
      'revenue',
      'statecode',
      'foundedon',
      'openson',
      'modifiedon',
    ])
    expect(described.slice(1).every(({ optional }) => optional === true)).toBe(true)
  })

  it('takes annotations as text that may be absent', () => {
    const label = 'statecode@OData.Community.Display.V1.FormattedValue'
    expect(toTableSchema(table, { select: [label] }).columns[1]).toEqual({
      name: label,
      type: { kind: 'text' },
      nullable: true,
      optional: true,
    })
  })

  it('refuses what no column is called', () => {
    const describing = (member: string) => () => toTableSchema(table, { select: [member] })
    expect(describing('nmae')).toThrow(/no column 'nmae'/)
    expect(describing('parentaccountid')).toThrow(/Select it as '_parentaccountid_value'/)
  })
})

describe('readTableSchema()', () => {
  const asked: string[] = []
  const metadata = {
    tableOfSet: async () => table,
    properties: async () => new Map([['accountid', 'Edm.Guid']]),
    details: async (name: string, kind: string) => {
      asked.push(`${name} ${kind}`)
      return new Map([
        ['foundedon', { dateBehavior: 'DateOnly' as const }],
        ['openson', { dateBehavior: 'TimeZoneIndependent' as const }],
      ])
    },
  }

  it('asks for the behaviour of dates only where there are some', async () => {
    await readTableSchema(metadata, { entitySet: 'accounts', select: ['name'] })
    expect(asked).toEqual([])
    const select = ['foundedon', 'openson', 'modifiedon']
    const schema = await readTableSchema(metadata, { entitySet: 'accounts', select })
    expect(asked).toEqual(['account date'])
    expect(schema.columns.map(({ type }) => type.kind)).toEqual(['uuid', 'date', 'timestamp', 'timestamptz'])
  })
})
