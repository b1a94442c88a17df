import type { Column, Table } from '../schema/table.js'
import type { ColumnValue, StoredRow } from '../schema/table-definition.js'
import { formattedValue } from './formatted-value.js'

/** Which annotations stand beside the values of a row. */
export interface RowAnnotations {
  readonly formatted: boolean
  readonly lookupLogicalName: boolean
  readonly associatedNavigationProperty: boolean
}

/** What a row writer needs to name the rows that lookups point at. */
export type NameOf = (table: string, id: string) => string | undefined

/** Writes rows as JSON text, without their closing brace so that more members can follow. */
export interface RowWriter {
  open(row: StoredRow): string
}

/** Rows whose text one writer keeps, so that its memory stays bounded. */
const maxCachedRows = 20_000

/** Creates a writer for the given columns; it does the work per column once. */
export function createRowWriter(
  columns: readonly Column[],
  annotations: RowAnnotations,
  nameOf: NameOf,
  withEtag = true,
): RowWriter {
  const writers = columns.map((column) => createColumnWriter(column, annotations, nameOf))
  // The name of a lookup's target can change while the row does not.
  const cacheable = !annotations.formatted
  const cache = new WeakMap<StoredRow, string>()
  let cached = 0

  function write(row: StoredRow): string {
    let text = withEtag ? `{"@odata.etag":"W/\\"${row.versionnumber}\\""` : '{'
    let separator = withEtag ? ',' : ''
    for (let i = 0; i < writers.length; i += 1) {
      text += separator + writers[i]!(row)
      separator = ','
    }
    return text
  }

  return {
    open(row) {
      if (!cacheable) return write(row)
      let text = cache.get(row)
      if (text === undefined) {
        text = write(row)
        if (cached < maxCachedRows) {
          cache.set(row, text)
          cached += 1
        }
      }
      return text
    },
  }
}

/** The columns that a read sends when it selects none. */
export function allColumns(table: Table): readonly Column[] {
  return table.columns
}

function createColumnWriter(
  column: Column,
  annotations: RowAnnotations,
  nameOf: NameOf,
): (row: StoredRow) => string {
  const { logicalName } = column
  const name = JSON.stringify(column.wireName)
  const value = `${name}:`
  const annotated = annotations.formatted || (column.isLookup && annotations.lookupLogicalName)
  if (!annotated && !(column.isLookup && annotations.associatedNavigationProperty)) {
    return (row) => value + jsonText(row[logicalName] ?? null)
  }
  const annotate = createAnnotator(column, annotations, nameOf)
  return (row) => {
    const stored = row[logicalName] ?? null
    return stored === null ? `${value}null` : annotate(stored) + value + jsonText(stored)
  }
}

/** Annotations stand before the property that they describe. */
function createAnnotator(
  column: Column,
  annotations: RowAnnotations,
  nameOf: NameOf,
): (value: NonNullable<ColumnValue>) => string {
  const name = (annotation: string): string => `${JSON.stringify(`${column.wireName}@${annotation}`)}:`
  const navigation = name('Microsoft.Dynamics.CRM.associatednavigationproperty')
  const logical = name('Microsoft.Dynamics.CRM.lookuplogicalname')
  const formatted = name('OData.Community.Display.V1.FormattedValue')
  return (value) => {
    let text = ''
    if (typeof value === 'object') {
      const target = column.targets.find(({ table }) => table === value.table)
      if (annotations.associatedNavigationProperty && target !== undefined) {
        text += `${navigation}${JSON.stringify(target.navigationProperty)},`
      }
      if (annotations.lookupLogicalName) text += `${logical}${JSON.stringify(value.table)},`
    }
    if (annotations.formatted) {
      const label = formattedValue(column, value, nameOf)
      if (label !== undefined) text += `${formatted}${JSON.stringify(label)},`
    }
    return text
  }
}

function jsonText(value: ColumnValue): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value)
    case 'object':
      return value === null ? 'null' : `"${value.id}"`
    default:
      return String(value)
  }
}
