import type { ManyNavigation, SingleNavigation, Table } from '../schema/table.js'
import type { LookupValue, StoredRow } from '../schema/table-definition.js'
import { collectionRows } from './collection-rows.js'
import type { ExpandItem } from './query-options.js'
import type { RowFormat, RowShape } from './row-shape.js'

/** Makes the function that writes rows of one table in one shape; rows inside rows are written by the same. */
type CreateRowFormat = (table: Table, shape: RowShape) => RowFormat

/** Rows of an expanded collection that the service sends at most. */
const maxExpandedRows = 5000

/** Makes the writer of one expanded navigation property: `,"name":…`. */
export function formatExpansion(
  item: ExpandItem,
  table: Table,
  shape: RowShape,
  createRowFormat: CreateRowFormat,
): RowFormat {
  const { navigation } = item
  if (navigation.kind !== 'single') return collectionWriter(item, navigation, table, shape, createRowFormat)
  if (item.onlyReference) return referenceWriter(item, navigation, shape)
  return navigation.targets.length > 1
    ? principalWriter(navigation)
    : singleWriter(item, navigation, shape, createRowFormat)
}

function referenceTo(navigation: SingleNavigation, row: StoredRow): LookupValue | undefined {
  const value = row[navigation.column.logicalName]
  if (typeof value !== 'object' || value === null) return undefined
  return navigation.targets.includes(value.table) ? value : undefined
}

// Current servers send no etag on an expanded single row.
function singleWriter(
  item: ExpandItem,
  navigation: SingleNavigation,
  shape: RowShape,
  createRowFormat: CreateRowFormat,
): RowFormat {
  const format = createRowFormat(item.table, innerShape(item, shape, false))
  const prefix = `,"${navigation.name}":`
  return (row) => {
    const reference = referenceTo(navigation, row)
    const target = reference === undefined ? undefined : shape.related.get(reference.table, reference.id)
    return prefix + (target === undefined ? 'null' : format(target))
  }
}

// Users and teams have one property in common with their base type `principal`.
function principalWriter(navigation: SingleNavigation): RowFormat {
  return (row) => {
    const reference = referenceTo(navigation, row)
    const json =
      reference === undefined
        ? 'null'
        : `{"@odata.type":"#Microsoft.Dynamics.CRM.${reference.table}","ownerid":"${reference.id}"}`
    return `,"${navigation.name}":${json}`
  }
}

function referenceWriter(item: ExpandItem, navigation: SingleNavigation, shape: RowShape): RowFormat {
  return (row) => {
    const reference = referenceTo(navigation, row)
    const entitySet = shape.schema.byLogicalName(reference?.table ?? item.table.logicalName)?.entitySetName
    const json =
      reference === undefined ? 'null' : `{"@odata.id":"${shape.serviceRoot}/${entitySet}(${reference.id})"}`
    return `,"${navigation.name}":${json}`
  }
}

function collectionWriter(
  item: ExpandItem,
  navigation: ManyNavigation,
  table: Table,
  shape: RowShape,
  createRowFormat: CreateRowFormat,
): RowFormat {
  const format = createRowFormat(item.table, innerShape(item, shape, true))
  const query = innerQuery(item)
  return (row) => {
    const id = String(row[table.primaryIdColumn])
    const rows = expandedRows(item, navigation, id, shape)
    const link = `${shape.serviceRoot}/${table.entitySetName}(${id})/${navigation.name}${query}`
    const json = rows.map(format).join(',')
    return `,"${navigation.name}":[${json}],"${navigation.name}@odata.nextLink":${JSON.stringify(link)}`
  }
}

function expandedRows(
  { options }: ExpandItem,
  navigation: ManyNavigation,
  id: string,
  { related }: RowShape,
): StoredRow[] {
  let rows = [...collectionRows(related, navigation, id)]
  const { filter, compare } = options
  if (filter !== undefined) rows = rows.filter((row) => filter(row, related))
  if (options.orderBy.length > 0) rows.sort((a, b) => compare(a, b, related))
  return rows.slice(0, Math.min(options.top ?? maxExpandedRows, maxExpandedRows))
}

function innerShape(item: ExpandItem, shape: RowShape, etag: boolean): RowShape {
  return { ...shape, select: item.options.select, expand: undefined, etag }
}

function innerQuery(item: ExpandItem): string {
  const parts = [...item.innerParts].map(
    ([name, value]) => `${name}=${encodeURIComponent(value).replaceAll('%2C', ',').replaceAll('%24', '$')}`,
  )
  return parts.length === 0 ? '' : `?${parts.join('&')}`
}
