import type { Row } from '@deltaverse/core'
import type { ColumnKind } from '@deltaverse/schema'
import type { SqlColumn } from '@deltaverse/sqlite'
import type { FilePlace } from './file-place.js'

const types: Readonly<Record<string, ColumnKind>> = {
  description: 'text',
  revenue: 'decimal',
  numberofemployees: 'int32',
  exchangerate: 'decimal',
  address1_latitude: 'double',
  versionnumber: 'int64',
  creditonhold: 'boolean',
  donotemail: 'boolean',
  createdon: 'timestamptz',
  _primarycontactid_value: 'uuid',
  'revenue@OData.Community.Display.V1.FormattedValue': 'text',
  '_primarycontactid_value@Microsoft.Dynamics.CRM.lookuplogicalname': 'text',
  contact_customer_accounts: 'json',
}

/** Columns of the rows that the contract suites write. */
export const accountColumns: readonly SqlColumn[] = [
  { member: 'name', type: 'text' },
  ...Object.entries(types).map(([member, type]) => ({ member, type, optional: true })),
]

/** What a row becomes in the table: columns that are not empty, and id. */
export function expectedAccount(row: Row): Row {
  const kept: Record<string, unknown> = { id: row.accountid }
  for (const { member, type } of accountColumns) {
    const value = row[member]
    if (value === null || value === undefined) continue
    kept[member] = type === 'decimal' ? String(value) : value
  }
  return kept
}

/** Reads a table as {@link expectedAccount} writes rows. */
export async function readAccounts(
  place: FilePlace,
  path: string,
  where = 'true',
): Promise<ReadonlyMap<string, Row>> {
  const tables = await place.query(path, "SELECT name FROM sqlite_schema WHERE name = 'accounts'")
  if (tables.length === 0) return new Map()
  const rows = await place.query<Row>(path, `SELECT * FROM accounts WHERE ${where}`)
  return new Map(
    rows.map(({ row_version: _, epoch: __, deleted_at: ___, ...row }) => [String(row.id), accountOf(row)]),
  )
}

function accountOf(row: Row): Row {
  const kinds = new Map(accountColumns.map(({ member, type }) => [member, type]))
  return Object.fromEntries(
    Object.entries(row).flatMap(([name, value]) => {
      if (value === null) return []
      if (kinds.get(name) === 'boolean') return [[name, value === 1]]
      return [[name, kinds.get(name) === 'json' ? JSON.parse(String(value)) : value]]
    }),
  )
}
