import type { Column, Table } from '../schema/table.js'
import type { ColumnValue, LookupValue, StoredRow } from '../schema/table-definition.js'
import { edmTypeOf } from './comparable-value.js'
import { formatExpansion } from './expansion-json.js'
import { type CurrencyShape, formatValue } from './formatted-value.js'
import type { RowFormat, RowShape } from './row-shape.js'

const formattedValue = '@OData.Community.Display.V1.FormattedValue'
const lookupLogicalName = '@Microsoft.Dynamics.CRM.lookuplogicalname'
const associatedNavigation = '@Microsoft.Dynamics.CRM.associatednavigationproperty'

/** The JSON of one row as it stands in a response. For many rows make a {@link createRowFormat} once. */
export function formatRow(row: StoredRow, table: Table, shape: RowShape): string {
  return createRowFormat(table, shape)(row)
}

/** Makes the function that writes rows of one table in one shape. */
export function createRowFormat(table: Table, shape: RowShape): RowFormat {
  const columns = shape.select ?? table.usualProperties
  const wanted = wantedAnnotations(shape.annotations ?? [])
  const writers = columns.map((column) => createWriter(column, wanted, shape))
  const withEtag = shape.etag ?? true
  const expansions = (shape.expand ?? []).map((item) => formatExpansion(item, table, shape, createRowFormat))
  return (row) => {
    let json = withEtag ? `{"@odata.etag":"W/\\"${String(row.versionnumber ?? 0)}\\""` : '{'
    for (const write of writers) json += write(row)
    for (const expansion of expansions) json += expansion(row)
    return `${withEtag || json.length === 1 ? json : `{${json.slice(2)}`}}`
  }
}

/** Which annotations of values a request asks for. */
export interface WantedAnnotations {
  readonly formatted: boolean
  readonly logicalName: boolean
  readonly navigation: boolean
}

/** Reads the list inside `odata.include-annotations`. */
export function wantedAnnotations(patterns: readonly string[]): WantedAnnotations {
  const wants = (annotation: string): boolean =>
    patterns.some((pattern) =>
      pattern.endsWith('*')
        ? annotation.startsWith(pattern.slice(0, -1), 1)
        : annotation.slice(1) === pattern,
    )
  return {
    formatted: wants(formattedValue),
    logicalName: wants(lookupLogicalName),
    navigation: wants(associatedNavigation),
  }
}

// Each writer yields `,"name":value`, annotations first.
function createWriter(column: Column, wanted: WantedAnnotations, shape: RowShape): RowFormat {
  const plain = column.isLookup ? createLookupWriter(column, wanted, shape) : createPlainWriter(column, shape)
  if (column.isLookup || !wanted.formatted) return plain
  const { logicalName: name } = column
  const prefix = `,"${name}${formattedValue}":`
  return (row) => {
    const value = row[name] ?? null
    const text = value === null ? undefined : formatValue(column, value, currencyOf(column, row, shape))
    return text === undefined ? plain(row) : `${prefix}${JSON.stringify(text)}${plain(row)}`
  }
}

/** The types that a double of JavaScript does not hold exactly. */
export const exactTypes: ReadonlySet<string> = new Set(['Edm.Int64', 'Edm.Decimal'])

function createPlainWriter(column: Column, { textNumbers }: RowShape): RowFormat {
  const { logicalName: name, type } = column
  const prefix = `,"${name}":`
  const absent = `${prefix}null`
  // GUIDs and dates hold nothing that JSON escapes.
  if (type === 'uniqueidentifier' || type === 'datetime') {
    return (row) => {
      const value = row[name]
      return value === undefined || value === null ? absent : `${prefix}"${value as string}"`
    }
  }
  if (textNumbers === true && exactTypes.has(edmTypeOf(column))) {
    return (row) => {
      const value = row[name]
      return value === undefined || value === null ? absent : `${prefix}"${String(value)}"`
    }
  }
  if (type === 'managedproperty') {
    const rest = `,"CanBeChanged":true,"ManagedPropertyLogicalName":"${name}"}`
    return (row) => {
      const value = row[name]
      return value === undefined || value === null ? absent : `${prefix}{"Value":${String(value)}${rest}`
    }
  }
  return (row) => {
    const value = row[name]
    if (value === undefined || value === null) return absent
    return prefix + (typeof value === 'string' ? JSON.stringify(value) : String(value))
  }
}

function createLookupWriter(column: Column, wanted: WantedAnnotations, shape: RowShape): RowFormat {
  const { logicalName: name, wireName } = column
  const prefix = `,"${wireName}":`
  const absent = `${prefix}null`
  const annotated = wanted.formatted || wanted.logicalName || wanted.navigation
  return (row) => {
    const value = row[name]
    if (!isLookupValue(value)) return absent
    const json = `${prefix}"${value.id}"`
    return annotated ? lookupAnnotations(column, value, wanted, shape) + json : json
  }
}

function isLookupValue(value: ColumnValue | undefined): value is LookupValue {
  return typeof value === 'object' && value !== null
}

function lookupAnnotations(
  column: Column,
  value: LookupValue,
  wanted: WantedAnnotations,
  shape: RowShape,
): string {
  const name = `,"${column.wireName}`
  let json = ''
  if (wanted.logicalName) json += `${name}${lookupLogicalName}":"${value.table}"`
  const navigation = column.targets.find((target) => target.table === value.table)?.navigationProperty
  if (wanted.navigation && navigation !== undefined) json += `${name}${associatedNavigation}":"${navigation}"`
  const text = wanted.formatted ? lookupName(value, shape) : undefined
  if (text !== undefined) json += `${name}${formattedValue}":${JSON.stringify(text)}`
  return json
}

/** The name of the row that a lookup points at. */
export function lookupName(value: LookupValue, { schema, related }: RowShape): string | undefined {
  const nameColumn = schema.byLogicalName(value.table)?.primaryNameColumn
  const name = nameColumn === undefined ? undefined : related.get(value.table, value.id)?.[nameColumn]
  return typeof name === 'string' ? name : undefined
}

const dollars: CurrencyShape = { symbol: '$', precision: 2 }

/** The currency that an amount of a row is shown in. */
export function currencyOf(column: Column, row: StoredRow, { related }: RowShape): CurrencyShape {
  const reference = row.transactioncurrencyid
  if (column.type !== 'money' || column.baseOf !== undefined || !isLookupValue(reference)) return dollars
  const currency = related.get('transactioncurrency', reference.id)
  return {
    symbol: typeof currency?.currencysymbol === 'string' ? currency.currencysymbol : dollars.symbol,
    precision: column.precision ?? dollars.precision,
  }
}
