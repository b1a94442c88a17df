import { parseQueryOptions } from '../src/lib/query/parse-query-options.js'
import type { QueryOptions } from '../src/lib/query/query-options.js'
import type { RelatedRows } from '../src/lib/query/related-rows.js'
import { createSchema, type Schema } from '../src/lib/schema/schema.js'
import { standardTables } from '../src/lib/schema/standard-tables.js'
import type { Table } from '../src/lib/schema/table.js'
import type { StoredRow } from '../src/lib/schema/table-definition.js'

export const schema: Schema = createSchema([
  ...standardTables,
  {
    logicalName: 'new_thing',
    isCustom: true,
    columns: [
      { logicalName: 'name', type: 'string' },
      {
        logicalName: 'new_colors',
        type: 'multiselectpicklist',
        options: [
          { value: 1, label: 'Red' },
          { value: 9, label: 'Blue' },
        ],
      },
    ],
  },
])

export const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

const now: number = Date.parse('2026-03-25T12:00:00Z')

const rows: Readonly<Record<string, readonly StoredRow[]>> = {
  account: [
    {
      accountid: id(1),
      name: 'Contoso',
      accountnumber: 'A1',
      revenue: 20_000,
      numberofemployees: 5,
      creditonhold: false,
      industrycode: 1,
      primarycontactid: { id: id(11), table: 'contact' },
      ownerid: { id: id(90), table: 'systemuser' },
      transactioncurrencyid: { id: id(80), table: 'transactioncurrency' },
      createdon: '2026-03-25T08:00:00Z',
      versionnumber: 9_007_199_254_740_993n,
    },
    {
      accountid: id(2),
      name: 'Fabrikam 100%',
      accountnumber: null,
      revenue: null,
      numberofemployees: 500,
      creditonhold: true,
      industrycode: 2,
      primarycontactid: { id: id(12), table: 'contact' },
      ownerid: { id: id(91), table: 'team' },
      createdon: '2026-03-20T08:00:00Z',
      versionnumber: 2n,
    },
    {
      accountid: id(3),
      name: "O'Neil",
      accountnumber: 'A3',
      revenue: 5,
      numberofemployees: null,
      creditonhold: false,
      primarycontactid: null,
      ownerid: { id: id(90), table: 'systemuser' },
      createdon: '2026-01-01T00:00:00Z',
      versionnumber: 3n,
    },
  ],
  contact: [
    {
      contactid: id(11),
      fullname: 'Zoe Ash',
      lastname: 'Ash',
      birthdate: '1990-05-01',
      parentcustomerid: { id: id(1), table: 'account' },
      versionnumber: 4n,
    },
    {
      contactid: id(12),
      fullname: 'Adam Bo',
      lastname: 'Bo',
      birthdate: null,
      parentcustomerid: { id: id(1), table: 'account' },
      versionnumber: 5n,
    },
    {
      contactid: id(13),
      fullname: 'Cy Dee',
      lastname: 'Dee',
      parentcustomerid: { id: id(11), table: 'contact' },
      versionnumber: 6n,
    },
  ],
  transactioncurrency: [{ transactioncurrencyid: id(80), currencyname: 'Euro', currencysymbol: '€' }],
  systemuser: [{ systemuserid: id(90), fullname: 'Ada User' }],
  team: [{ teamid: id(91), name: 'Best team' }],
  new_thing: [
    { new_thingid: id(21), name: 'a', new_colors: '1,9' },
    { new_thingid: id(22), name: 'b', new_colors: '9' },
    { new_thingid: id(23), name: 'c', new_colors: null },
  ],
}

export const rowsOf = (table: string): readonly StoredRow[] => rows[table] ?? []

export const related: RelatedRows = {
  get: (table, wanted) =>
    rowsOf(table).find((row) => row[schema.byLogicalName(table)?.primaryIdColumn ?? ''] === wanted),
  referencing: (table, column, wanted) =>
    rowsOf(table).filter((row) => {
      const value = row[column]
      return typeof value === 'object' && value !== null && value.id === wanted
    }),
}

export function tableOf(entitySet: string): Table {
  const table = schema.byEntitySet(entitySet)
  if (table === undefined) throw new Error(`no entity set ${entitySet}`)
  return table
}

/** Parses a query written plainly, percent-encoding its values. */
export function parse(entitySet: string, query: Readonly<Record<string, string>>): QueryOptions {
  const raw = Object.entries(query)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&')
  return parseQueryOptions(raw, tableOf(entitySet), schema, {
    now: () => now,
    userId: id(90),
    businessUnitId: id(70),
  })
}

/** The last digits of the ids of the rows that a filter lets through. */
export function matching(
  entitySet: string,
  filter: string,
  more: Readonly<Record<string, string>> = {},
): number[] {
  const table = tableOf(entitySet)
  const options = parse(entitySet, { $filter: filter, ...more })
  return rowsOf(table.logicalName)
    .filter((row) => options.filter?.(row, related) ?? true)
    .map((row) => Number(String(row[table.primaryIdColumn]).slice(-4)))
}
