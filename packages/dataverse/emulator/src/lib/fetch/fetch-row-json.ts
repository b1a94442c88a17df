import { edmTypeOf } from '../query/comparable-value.js'
import { formatValue } from '../query/formatted-value.js'
import { currencyOf, exactTypes, lookupName, type WantedAnnotations } from '../query/row-json.js'
import type { RowShape } from '../query/row-shape.js'
import type { Column } from '../schema/table.js'
import type { ColumnValue, StoredRow } from '../schema/table-definition.js'

/** A value under the name that it comes by, and the row that it stands in. */
export interface NamedValue {
  readonly name: string
  readonly column: Column
  readonly value: ColumnValue
  readonly row: StoredRow
}

/**
 * The members of values, `,"name":value`, annotations first. Nulls are left out, as in the answers to FetchXML (Microsoft
 * Learn, "Page results using FetchXml").
 */
export function formatMembers(
  values: readonly NamedValue[],
  wanted: WantedAnnotations,
  shape: RowShape,
): string {
  let json = ''
  for (const each of values) {
    if (each.value === null) continue
    json += annotationsOf(each, each.value, wanted, shape)
    json += `,${JSON.stringify(each.name)}:${valueText(each, shape)}`
  }
  return json
}

function valueText({ column, value }: NamedValue, { textNumbers }: RowShape): string {
  if (value !== null && typeof value === 'object') return `"${value.id}"`
  if (typeof value === 'string') return JSON.stringify(value)
  const quoted = textNumbers === true && exactTypes.has(edmTypeOf(column))
  return quoted ? `"${String(value)}"` : String(value)
}

function annotationsOf(
  { name, column, row }: NamedValue,
  value: Exclude<ColumnValue, null>,
  wanted: WantedAnnotations,
  shape: RowShape,
): string {
  const annotation = (term: string, text: string | undefined): string =>
    text === undefined ? '' : `,${JSON.stringify(`${name}@${term}`)}:${JSON.stringify(text)}`
  const formatted = 'OData.Community.Display.V1.FormattedValue'
  if (typeof value !== 'object') {
    return wanted.formatted
      ? annotation(formatted, formatValue(column, value, currencyOf(column, row, shape)))
      : ''
  }
  const navigation = column.targets.find(({ table }) => table === value.table)?.navigationProperty
  return (
    (wanted.logicalName ? annotation('Microsoft.Dynamics.CRM.lookuplogicalname', value.table) : '') +
    (wanted.navigation ? annotation('Microsoft.Dynamics.CRM.associatednavigationproperty', navigation) : '') +
    (wanted.formatted ? annotation(formatted, lookupName(value, shape)) : '')
  )
}
