import type { ExpandItem, QueryOptions } from '../query/query-options.js'

/** The column list of a context URL, `(name,primarycontactid(fullname))`; empty when nothing was selected. */
export function contextColumns(query: Pick<QueryOptions, 'selected' | 'expand'>): string {
  const names = [
    ...(query.selected ?? []).map((column) => column.wireName),
    ...query.expand.map((item) => expandText(item)),
  ]
  return names.length === 0 ? '' : `(${names.join(',')})`
}

function expandText({ navigation, options }: ExpandItem): string {
  const inner = (options.selected ?? []).map((column) => column.wireName)
  return `${navigation.name}(${inner.join(',')})`
}
