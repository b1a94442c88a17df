import { type FoldText, foldCase } from '../fold-text.js'
import type { Column } from '../schema/table.js'
import type { ColumnValue } from '../schema/table-definition.js'

/** What two values are compared by: text as the environment compares it, numbers, moments as milliseconds. */
export type Comparable = string | number | bigint | boolean | null

/** The families of values that can be compared with each other. */
export type ValueFamily = 'text' | 'number' | 'boolean' | 'guid' | 'moment'

/** The family that a column's values belong to. */
export function familyOf(column: Column): ValueFamily {
  switch (column.type) {
    case 'string':
    case 'memo':
    case 'multiselectpicklist':
    case 'image':
    case 'entityname':
      return 'text'
    case 'boolean':
    case 'managedproperty':
      return 'boolean'
    case 'datetime':
      return 'moment'
    case 'uniqueidentifier':
    case 'lookup':
    case 'customer':
    case 'owner':
    case 'file':
      return 'guid'
    default:
      return 'number'
  }
}

/** The Edm type that a column has on the wire. */
export function edmTypeOf(column: Column): string {
  switch (column.type) {
    case 'bigint':
      return 'Edm.Int64'
    case 'decimal':
    case 'money':
      return 'Edm.Decimal'
    case 'double':
      return 'Edm.Double'
    case 'file':
    case 'image':
      return 'Edm.Binary'
    case 'managedproperty':
      return 'mscrm.BooleanManagedProperty'
    case 'datetime':
      return column.dateTimeBehavior === 'DateOnly' ? 'Edm.Date' : 'Edm.DateTimeOffset'
    default:
      return {
        text: 'Edm.String',
        boolean: 'Edm.Boolean',
        guid: 'Edm.Guid',
        number: 'Edm.Int32',
        moment: '',
      }[familyOf(column)]
  }
}

/** Makes a stored value comparable. */
export function toComparable(
  value: ColumnValue | undefined,
  family: ValueFamily,
  fold: FoldText = foldCase,
): Comparable {
  if (value === undefined || value === null) return null
  if (typeof value === 'object') return value.id
  if (family === 'moment') return Date.parse(value as string)
  return typeof value === 'string' ? fold(value) : value
}

/** Negative, zero or positive; null comes before everything, as in SQL Server. */
export function compareValues(a: Comparable, b: Comparable): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1
  return a < b ? -1 : a > b ? 1 : 0
}
