import type { Row } from '@deltaverse/core'
import { type ColumnKind, memberOf, type TableSchema } from '@deltaverse/schema'

const nullable = { nullable: true } as const

/** The table that the contract suites write. */
export const accountsSchema: TableSchema = {
  name: 'accounts',
  columns: [
    { name: 'accountid', type: { kind: 'uuid' }, nullable: false },
    { name: 'name', type: { kind: 'text' }, ...nullable },
    { name: 'description', type: { kind: 'text' }, ...nullable },
    { name: 'revenue', type: { kind: 'decimal' }, ...nullable },
    { name: 'numberofemployees', type: { kind: 'int32' }, ...nullable },
    { name: 'exchangerate', type: { kind: 'decimal' }, ...nullable },
    { name: 'latitude', member: 'address1_latitude', type: { kind: 'double' }, ...nullable },
    { name: 'versionnumber', type: { kind: 'int64' }, ...nullable },
    { name: 'donotemail', type: { kind: 'boolean' }, ...nullable },
    { name: 'creditonhold', type: { kind: 'boolean' }, ...nullable },
    { name: 'createdon', type: { kind: 'timestamptz' }, ...nullable },
    { name: 'primarycontactid', member: '_primarycontactid_value', type: { kind: 'uuid' }, ...nullable },
    { name: 'contacts', member: 'contact_customer_accounts', type: { kind: 'json' }, ...nullable },
  ],
  primaryKey: ['accountid'],
}

/** A row as columns hold it: what is no column is gone, what is absent is null. */
export function accountColumns(row: Row): Row {
  return Object.fromEntries(
    accountsSchema.columns.map((column) => [column.name, row[memberOf(column)] ?? null]),
  )
}

/** The values of a record of CSV, as an independent reader gives them: text, or null. */
export function accountFromText(record: Readonly<Record<string, string | null>>): Row {
  return Object.fromEntries(
    accountsSchema.columns.map(({ name, type: { kind } }) => [name, parsedValue(kind, record[name] ?? null)]),
  )
}

function parsedValue(kind: ColumnKind, text: string | null): unknown {
  if (text === null) return null
  if (kind === 'json' || kind === 'boolean') return JSON.parse(text)
  if (kind !== 'decimal' && kind !== 'double' && kind !== 'int32' && kind !== 'int64') return text
  return String(Number(text)) === text ? Number(text) : text
}
