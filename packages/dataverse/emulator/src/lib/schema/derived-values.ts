import type { Column, Table } from './table.js'
import type { ColumnValue, StoredRow } from './table-definition.js'

/**
 * The values that follow from a row's other values: composed texts (`fullname`, `address1_composite`), base-currency
 * amounts, repeated primary keys, and names of tables pointed at. To be written over the row after every create and update.
 */
export function deriveValues(table: Table, row: StoredRow): Record<string, ColumnValue> {
  const values: Record<string, ColumnValue> = {}
  for (const column of table.columns) {
    if (column.composition !== undefined) values[column.logicalName] = compose(column.composition, row)
    else if (column.repeatsPrimaryKey) values[column.logicalName] = row[table.primaryIdColumn] ?? null
    else if (column.tableOf !== undefined) values[column.logicalName] = tableIn(row[column.tableOf] ?? null)
    else if (column.baseOf !== undefined) values[column.logicalName] = toBase(column, row)
  }
  return values
}

function tableIn(value: ColumnValue): string | null {
  return value !== null && typeof value === 'object' ? value.table : null
}

function compose(composition: string, row: StoredRow): string | null {
  const lines = composition
    .split('\r\n')
    .map((line) => composeLine(line, row))
    .filter((line) => line !== '')
  return lines.length === 0 ? null : lines.join('\r\n')
}

function composeLine(line: string, row: StoredRow): string {
  return line
    .replaceAll(/\{(\w+)\}/g, (_, name: string) => String(row[name] ?? ''))
    .replaceAll(/ {2,}/g, ' ')
    .replaceAll(/^[ ,]+|[ ,]+$/g, '')
}

function toBase(column: Column, row: StoredRow): number | null {
  const amount = row[column.baseOf ?? '']
  if (typeof amount !== 'number') return null
  const rate = row.exchangerate
  const base = typeof rate === 'number' && rate !== 0 ? amount / rate : amount
  const scale = 10 ** (column.precision ?? 4)
  return Math.round(base * scale) / scale
}
