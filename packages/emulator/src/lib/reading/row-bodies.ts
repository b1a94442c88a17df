import { includesAnnotation, type Preferences } from '../http/preferences.js'
import type { ExpandItem, QueryOptions } from '../query/query-options.js'
import type { Column, Table } from '../schema/table.js'
import type { StoredRow } from '../schema/table-definition.js'
import type { Service } from '../service.js'
import { createRowWriter, type RowAnnotations, type RowWriter } from './row-writer.js'

/** Writes the rows of one request. */
export interface RowBodies {
  /** A row as an element of `value`. */
  element(row: StoredRow): string
  /** A row as a whole response, with its context. */
  document(row: StoredRow, context: string): string
}

/** Keeps row writers from request to request, with the texts that they remember. */
export interface RowWriters {
  for(
    table: Table,
    columns: readonly Column[] | undefined,
    annotations: RowAnnotations,
    withEtag?: boolean,
  ): RowWriter
}

const maxWriters = 32

/** Creates the store of row writers of one service. */
export function createRowWriters(service: Service): RowWriters {
  const known = new Map<string, RowWriter>()
  const nameOf = (logicalName: string, id: string): string | undefined => {
    const name = service.schema.byLogicalName(logicalName)?.primaryNameColumn
    const value = name && service.store.table(logicalName).get(id)?.[name]
    return typeof value === 'string' ? value : undefined
  }
  return {
    for(table, columns, annotations, withEtag = true) {
      const names = columns?.map((column) => column.logicalName).join() ?? '*'
      const flags = `${Number(annotations.formatted)}${Number(annotations.lookupLogicalName)}${Number(annotations.associatedNavigationProperty)}${Number(withEtag)}`
      const signature = `${service.schemaVersion()} ${table.logicalName} ${flags} ${names}`
      let writer = known.get(signature)
      if (writer === undefined) {
        writer = createRowWriter(columns ?? table.columns, annotations, nameOf, withEtag)
        known.set(signature, writer)
        if (known.size > maxWriters) known.delete(known.keys().next().value!)
      }
      return writer
    },
  }
}

/** Creates what writes the rows of one request, expanded rows included. */
export function createRowBodies(
  service: Service,
  writers: RowWriters,
  table: Table,
  query: Pick<QueryOptions, 'select' | 'expand'>,
  request: { readonly preferences: Preferences; readonly serviceRoot: string },
): RowBodies {
  const annotations = annotationsOf(request.preferences)
  const writer = writers.for(table, query.select, annotations)
  const expand = (row: StoredRow): string =>
    query.expand
      .map(
        (item) => `,${expandedMember(service, writers, annotations, table, row, item, request.serviceRoot)}`,
      )
      .join('')
  return {
    element:
      query.expand.length === 0
        ? (row) => `${writer.open(row)}}`
        : (row) => `${writer.open(row)}${expand(row)}}`,
    document: (row, context) =>
      `{"@odata.context":${JSON.stringify(context)},${writer.open(row).slice(1)}${expand(row)}}`,
  }
}

function annotationsOf(preferences: Preferences): RowAnnotations {
  const asked = (name: string): boolean => includesAnnotation(preferences, name)
  return {
    formatted: asked('OData.Community.Display.V1.FormattedValue'),
    lookupLogicalName: asked('Microsoft.Dynamics.CRM.lookuplogicalname'),
    associatedNavigationProperty: asked('Microsoft.Dynamics.CRM.associatednavigationproperty'),
  }
}

/** Rows of an expanded collection at most; the service sends no more and pages none of them. */
const maxExpandedRows = 5000

function expandedMember(
  service: Service,
  writers: RowWriters,
  annotations: RowAnnotations,
  table: Table,
  row: StoredRow,
  item: ExpandItem,
  serviceRoot: string,
): string {
  const { navigation, options, innerText: written } = item
  const name = JSON.stringify(navigation.name)
  if (navigation.kind === 'single') {
    const value = row[navigation.column.logicalName] ?? null
    if (value === null || typeof value !== 'object') return `${name}:null`
    const target = service.schema.byLogicalName(value.table) ?? item.table
    const found = service.related.get(value.table, value.id)
    if (found === undefined) return `${name}:null`
    if (item.onlyReference) {
      return `${name}:{"@odata.id":${JSON.stringify(`${serviceRoot}/${target.entitySetName}(${value.id})`)}}`
    }
    // Expanded single rows carry no etag in the service's current answers.
    return `${name}:${writers.for(target, options.select, annotations, false).open(found)}}`
  }
  const id = row[table.primaryIdColumn] as string
  const rows = [...service.related.referencing(navigation.table, navigation.column.logicalName, id)]
    .filter((each) => options.filter?.(each, service.related) !== false)
    .sort((a, b) => options.compare(a, b, service.related))
    .slice(0, Math.min(options.top ?? maxExpandedRows, maxExpandedRows))
  const writer = writers.for(item.table, options.select, annotations)
  const query = [...written].map(([option, text]) => `${option}=${encodeURIComponent(text)}`).join('&')
  const link = `${serviceRoot}/${table.entitySetName}(${id})/${navigation.name}${query === '' ? '' : `?${query}`}`
  const values = rows.map((each) => `${writer.open(each)}}`)
  return `${name}:[${values.join(',')}],${JSON.stringify(`${navigation.name}@odata.nextLink`)}:${JSON.stringify(link)}`
}
