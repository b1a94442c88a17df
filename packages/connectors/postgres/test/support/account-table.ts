import type { Row } from '@deltaverse/core'
import type { ColumnKind } from '@deltaverse/schema'
import type { SqlColumn } from '@deltaverse/sql'
import type { TestDatabase } from './test-database.js'

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
  contact_customer_accounts: 'json',
}

/** Columns of the rows that the contract suites write. */
export const accountColumns: readonly SqlColumn[] = [
  { member: 'name', type: 'text' },
  ...Object.entries(types).map(([member, type]) => ({ member, type, optional: true })),
  {
    // Longer than a name in PostgreSQL may be.
    member: '_primarycontactid_value@Microsoft.Dynamics.CRM.lookuplogicalname',
    type: 'text',
    column: 'primarycontact_table',
  },
]

/** What a row becomes in the table, in the text that PostgreSQL writes: columns that are not empty, and id. */
export function expectedAccount(row: Row): Row {
  const kept: Record<string, unknown> = { id: row.accountid }
  for (const { member, column = member, type } of accountColumns) {
    const value = row[member]
    if (value === null || value === undefined) continue
    kept[column] = type === 'decimal' && typeof value === 'number' ? plainDecimal(value) : value
  }
  return kept
}

function plainDecimal(value: number): string {
  return /e/.test(String(value)) ? value.toFixed(10) : String(value)
}

/** Reads a table as {@link expectedAccount} writes rows. */
export async function readAccounts(
  database: Pick<TestDatabase, 'query'>,
  schema: string,
  where = 'true',
): Promise<ReadonlyMap<string, Row>> {
  const { there } = (
    await database.query<{ there: boolean }>('SELECT to_regclass($1) IS NOT NULL AS there', [
      `${schema}.accounts`,
    ])
  )[0] ?? { there: false }
  if (!there) return new Map()
  const rows = await database.query<Row>(
    `SELECT *, to_char(createdon AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS createdon FROM ${schema}.accounts WHERE ${where}`,
  )
  return new Map(
    rows.map(({ row_version: _, epoch: __, deleted_at: ___, ...row }) => [
      String(row.id),
      Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)),
    ]),
  )
}
