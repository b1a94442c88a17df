import type { ColumnMetadata, TableMetadata } from '@deltaverse/metadata'

/** What a member of a source row is for. */
export type Place =
  /** `statecode`, `statuscode`, or `status` for either. */
  | { readonly kind: 'status'; readonly member: string }
  /** What the caller bound by hand; sent as it is. */
  | { readonly kind: 'bound' }
  /** Other annotations came with a row that was read. */
  | { readonly kind: 'annotation' }
  | { readonly kind: 'lookup'; readonly column: ColumnMetadata; readonly annotation: string }
  | { readonly kind: 'read-only'; readonly column: ColumnMetadata }
  | { readonly kind: 'value'; readonly column: ColumnMetadata }
  | { readonly kind: 'unknown' }

/** Says what each member is for; asked again it remembers, as rows have the same members over and over. */
export type Places = (name: string) => Place

const sentAnnotations = /@odata\.(?:bind|type|id)$/
const maxRemembered = 10_000

/** Creates the places of one table's rows. */
export function createPlaces(table: TableMetadata): Places {
  const known = new Map<string, Place>()
  return (name) => {
    const remembered = known.get(name)
    if (remembered !== undefined) return remembered
    const place = findPlace(table, name)
    if (known.size < maxRemembered) known.set(name, place)
    return place
  }
}

function findPlace(table: TableMetadata, name: string): Place {
  if (name.includes('@')) return { kind: sentAnnotations.test(name) ? 'bound' : 'annotation' }
  const lower = name.toLowerCase()
  const column = findColumn(table, lower)
  if (column?.kind === 'state' || column?.kind === 'status') return { kind: 'status', member: lower }
  if (column === undefined) {
    // `status` is how people say it; a column of that name comes first.
    const isStatus = lower === 'status' && table.columns.has('statuscode')
    return isStatus ? { kind: 'status', member: lower } : { kind: 'unknown' }
  }
  if (!column.validForCreate && !column.validForUpdate && !column.isPrimaryId) {
    return { kind: 'read-only', column }
  }
  if (column.kind !== 'lookup' && column.kind !== 'owner') return { kind: 'value', column }
  const annotation = `_${column.logicalName}_value@Microsoft.Dynamics.CRM.lookuplogicalname`
  return { kind: 'lookup', column, annotation }
}

// Lookups may come under the name by which they are read.
function findColumn(table: TableMetadata, lower: string): ColumnMetadata | undefined {
  return table.columns.get(lower) ?? table.columns.get(/^_(.+)_value$/.exec(lower)?.[1] ?? '')
}
