import type { Row } from '@deltaverse/contract'
import type { PostgresColumn } from '@deltaverse/postgres-sink'
import type { TestDatabase } from './test-database.js'

/** Columns of the rows that the contract suites write. */
export const accountColumns: readonly PostgresColumn[] = [
  { member: 'name', type: 'text' },
  ...(
    [
      { member: 'description', type: 'text' },
      { member: 'revenue', type: 'numeric' },
      { member: 'numberofemployees', type: 'integer' },
      { member: 'exchangerate', type: 'numeric' },
      { member: 'address1_latitude', type: 'double precision' },
      { member: 'versionnumber', type: 'bigint' },
      { member: 'creditonhold', type: 'boolean' },
      { member: 'donotemail', type: 'boolean' },
      { member: 'createdon', type: 'timestamptz' },
      { member: '_primarycontactid_value', type: 'uuid' },
      { member: 'revenue@OData.Community.Display.V1.FormattedValue', type: 'text' },
      { member: '_primarycontactid_value@Microsoft.Dynamics.CRM.lookuplogicalname', type: 'text' },
      { member: 'contact_customer_accounts', type: 'jsonb' },
    ] as const
  ).map((column) => ({ ...column, optional: true })),
].map((column) =>
  // Longer than a name in PostgreSQL may be.
  Buffer.byteLength(column.member) > 63 ? { ...column, column: 'primarycontact_table' } : column,
)

/** What a row becomes in the table, in the text that PostgreSQL writes: columns that are not empty, and id. */
export function expectedAccount(row: Row): Row {
  const kept: Record<string, unknown> = { id: row.accountid }
  for (const { member, column = member, type } of accountColumns) {
    const value = row[member]
    if (value === null || value === undefined) continue
    kept[column] = type === 'numeric' && typeof value === 'number' ? plainDecimal(value) : value
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
    rows.map(({ row_version: _, generation: __, deleted_at: ___, ...row }) => [
      String(row.id),
      Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)),
    ]),
  )
}
