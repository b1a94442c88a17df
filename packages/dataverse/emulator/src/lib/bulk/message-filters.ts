import { methodNotAllowed, notEmulated } from '../http/service-error.js'
import { jsonResponse, type ParsedRequest, type ServiceResponse } from '../http/service-response.js'
import { parseQueryParts } from '../query/query-parts.js'
import { deterministicId } from '../schema/deterministic-id.js'
import type { Schema } from '../schema/schema.js'
import { supportsBulk } from './bulk-support.js'

/** Messages that every table has. */
const common = new Set(['Create', 'Retrieve', 'Update', 'Delete', 'RetrieveMultiple'])
/** `UpsertMultiple` is never listed: it is there where both of these are. */
const bulk = new Set(['CreateMultiple', 'UpdateMultiple'])

/**
 * Answers the one question that is asked of `sdkmessagefilters`: whether a table has a message. Any other query is
 * not emulated.
 *
 * Source: Microsoft Learn, "Bulk operation messages".
 */
export function messageFilters(request: ParsedRequest, schema: Schema): ServiceResponse {
  if (request.method !== 'GET') throw methodNotAllowed(request.method)
  const options = new Map(parseQueryParts(request.rawQuery).map(({ name, value }) => [name, value]))
  const { message, table } = question(options)
  const found = schema.byLogicalName(table)
  const listed = found !== undefined && (common.has(message) || (bulk.has(message) && supportsBulk(found)))
  return jsonResponse(200, {
    '@odata.context': `${request.serviceRoot}/$metadata#sdkmessagefilters(sdkmessagefilterid)`,
    value: listed
      ? [{ '@odata.etag': 'W/"1000"', sdkmessagefilterid: deterministicId(`message:${message}:${table}`) }]
      : [],
  })
}

function question(options: ReadonlyMap<string, string>): { message: string; table: string } {
  const select = options.get('$select') ?? 'sdkmessagefilterid'
  const conditions = (options.get('$filter') ?? '').split(/\s+and\s+/)
  const read = (name: string): string | undefined => {
    const pattern = new RegExp(`^\\(?${name}\\s+eq\\s+(?:'([^']*)'|(@\\w+))\\)?$`)
    const match = conditions.map((each) => pattern.exec(each.trim())).find((each) => each !== null)
    return match?.[1] ?? options.get(match?.[2] ?? '')?.replace(/^'(.*)'$/, '$1')
  }
  const message = read('sdkmessageid/name')
  const table = read('primaryobjecttypecode')
  if (
    select !== 'sdkmessagefilterid' ||
    message === undefined ||
    table === undefined ||
    conditions.length !== 2
  ) {
    throw notEmulated("queries of 'sdkmessagefilters' other than for one message and one table")
  }
  return { message, table }
}
