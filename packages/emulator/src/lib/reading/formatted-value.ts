import type { Column } from '../schema/table.js'
import type { ColumnValue } from '../schema/table-definition.js'
import type { NameOf } from './row-writer.js'

/** A value as a user with United States settings in UTC would see it; `undefined` for columns that have none. */
export function formattedValue(
  column: Column,
  value: NonNullable<ColumnValue>,
  nameOf: NameOf,
): string | undefined {
  if (typeof value === 'object') return nameOf(value.table, value.id)
  switch (column.type) {
    case 'picklist':
    case 'state':
    case 'status':
      return label(column, Number(value))
    case 'multiselectpicklist':
      return String(value)
        .split(',')
        .map((each) => label(column, Number(each)) ?? each)
        .join('; ')
    case 'boolean':
      return label(column, value === true ? 1 : 0) ?? (value === true ? 'Yes' : 'No')
    case 'datetime':
      return formattedDate(String(value))
    case 'money':
      return `${Number(value) < 0 ? '-' : ''}$${grouped(Math.abs(Number(value)), column.precision ?? 2)}`
    case 'integer':
    case 'bigint':
      return String(value).replace(/\B(?=(\d{3})+$)/g, ',')
    case 'decimal':
    case 'double':
      return grouped(Number(value), column.precision ?? 2)
    default:
      return undefined
  }
}

function label(column: Column, value: number): string | undefined {
  return column.options.find((option) => option.value === value)?.label
}

function grouped(value: number, digits: number): string {
  const [whole, fraction] = value.toFixed(Math.min(digits, 20)).split('.')
  const text = whole!.replace(/\B(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? text : `${text}.${fraction}`
}

function formattedDate(text: string): string {
  const [year, month, day, hour, minute] = text.split(/[-T:Z]/).map(Number) as number[]
  const date = `${month}/${day}/${year}`
  if (hour === undefined || minute === undefined) return date
  return `${date} ${hour % 12 === 0 ? 12 : hour % 12}:${String(minute).padStart(2, '0')} ${hour < 12 ? 'AM' : 'PM'}`
}
