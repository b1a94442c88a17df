import { tableOfFetchXml } from './fetch-xml.js'
import type { RowQuery } from './query-options.js'

/** Of which table or collection a query is. @throws TypeError for what is no query */
export function tableOfQuery(query: RowQuery): string {
  return typeof query === 'string' ? collectionOf(query) : tableOfFetchXml(query.fetchXml)
}

/** The collection that a relative address is of. @throws TypeError for any other text */
export function collectionOf(query: string): string {
  const name = /^\/?([A-Za-z_][A-Za-z0-9_]*)/.exec(query)?.[1]
  if (name === undefined || /^[a-z][a-z0-9+.-]*:/i.test(query) || query.startsWith('//')) {
    throw new TypeError(
      'a query is an address relative to the service root, such as accounts?$select=name&$filter=statecode eq 0',
    )
  }
  return name
}
