import type { Column } from '../schema/table.js'
import type { ColumnValue } from '../schema/table-definition.js'

/** What money needs to be shown. */
export interface CurrencyShape {
  readonly symbol: string
  readonly precision: number
}

/** The text of `OData.Community.Display.V1.FormattedValue`: en-US and UTC. `undefined` where the service sends none. */
export function formatValue(column: Column, value: ColumnValue, currency: CurrencyShape): string | undefined {
  if (value === null) return undefined
  switch (column.type) {
    case 'boolean':
      return (
        column.options.find((option) => option.value === (value ? 1 : 0))?.label ?? (value ? 'Yes' : 'No')
      )
    case 'picklist':
    case 'state':
    case 'status':
      return optionLabel(column, Number(value))
    case 'multiselectpicklist':
      return String(value)
        .split(',')
        .map((each) => optionLabel(column, Number(each)) ?? each)
        .join('; ')
    case 'money':
      return formatMoney(Number(value), currency)
    case 'integer':
    case 'bigint':
      return (value as number | bigint).toLocaleString('en-US')
    case 'decimal':
    case 'double':
      return formatNumber(Number(value), column.precision ?? 2)
    case 'datetime':
      return formatDate(String(value), column.dateTimeBehavior === 'DateOnly')
    default:
      return undefined
  }
}

function optionLabel(column: Column, value: number): string | undefined {
  return column.options.find((option) => option.value === value)?.label
}

function formatNumber(value: number, digits: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

function formatMoney(value: number, { symbol, precision }: CurrencyShape): string {
  return `${value < 0 ? '-' : ''}${symbol}${formatNumber(Math.abs(value), precision)}`
}

function formatDate(value: string, dateOnly: boolean): string {
  const date = new Date(value)
  const day = `${date.getUTCMonth() + 1}/${date.getUTCDate()}/${date.getUTCFullYear()}`
  if (dateOnly) return day
  const hours = date.getUTCHours()
  const minutes = String(date.getUTCMinutes()).padStart(2, '0')
  return `${day} ${hours % 12 || 12}:${minutes} ${hours < 12 ? 'AM' : 'PM'}`
}
