import { notEmulated } from '../http/service-error.js'
import type { Schema } from '../schema/schema.js'
import type { Table } from '../schema/table.js'
import { parseExpand } from './expand-items.js'
import { compileFilter } from './filter-compiler.js'
import { parseFilter } from './filter-parser.js'
import { createComparison, parseOrderBy } from './order-rows.js'
import { parseTop } from './parse-top.js'
import { optionRefused } from './query-errors.js'
import type { QueryEnvironment, QueryOptions, QueryPart } from './query-options.js'
import { parseQueryParts } from './query-parts.js'
import { parseSelect } from './select-columns.js'

const supported = new Set([
  '$select',
  '$filter',
  '$orderby',
  '$top',
  '$count',
  '$expand',
  '$deltatoken',
  '$skiptoken',
])
/** Optional parameters of any request (Microsoft Learn: Optional parameters). */
const understoodElsewhere = new Set(['tag'])
const notEmulatedOptions = new Map([
  ['$apply', '$apply'],
  ['fetchxml', 'fetchXml'],
  ['savedquery', 'savedQuery'],
  ['userquery', 'userQuery'],
])

/**
 * Understands the query string of a read of `table`.
 *
 * Source: Microsoft Learn, "Query data using the Web API".
 *
 * @throws ServiceError 400 for what the service refuses, 501 for what the emulator lacks.
 */
export function parseQueryOptions(
  rawQuery: string,
  table: Table,
  schema: Schema,
  environment: QueryEnvironment = noEnvironment,
): QueryOptions {
  const parts = parseQueryParts(rawQuery)
  const options = collectOptions(parts)
  const aliases = collectAliases(parts)
  const filter = options.get('$filter')
  const orderBy = parseOrderBy(options.get('$orderby'), table, aliases)
  return {
    ...parseSelect(options.get('$select'), table),
    filter:
      filter === undefined
        ? undefined
        : compileFilter(parseFilter(filter, aliases), table, schema, environment),
    orderBy,
    compare: createComparison(orderBy, table, schema),
    top: parseTop(options.get('$top')),
    count: parseCount(options.get('$count')),
    expand: parseExpand(options.get('$expand'), table, schema, (text, target) =>
      compileFilter(parseFilter(text, 'refused'), target, schema, environment),
    ),
    deltaToken: options.get('$deltatoken'),
    skipToken: options.get('$skiptoken'),
    parts,
    aliases,
  }
}

const noEnvironment: QueryEnvironment = { now: () => Date.now(), userId: '', businessUnitId: '' }

function collectOptions(parts: readonly QueryPart[]): Map<string, string> {
  const options = new Map<string, string>()
  for (const { name, value } of parts) {
    const feature = notEmulatedOptions.get(name.toLowerCase())
    if (feature !== undefined) throw notEmulated(`the query option ${feature}`)
    if (name.startsWith('@') || understoodElsewhere.has(name.toLowerCase())) continue
    // A service that overlooked it would answer something else than was asked.
    if (!name.startsWith('$')) throw notEmulated(`the query option ${name}`)
    if (!supported.has(name)) throw optionRefused(`The query parameter ${name} is not supported.`)
    if (options.has(name)) throw optionRefused(`Query option '${name}' was specified more than once.`)
    options.set(name, value)
  }
  return options
}

function collectAliases(parts: readonly QueryPart[]): Map<string, string> {
  return new Map(parts.filter(({ name }) => name.startsWith('@')).map(({ name, value }) => [name, value]))
}

function parseCount(text: string | undefined): boolean {
  if (text === undefined || text === 'false') return false
  if (text === 'true') return true
  throw optionRefused(
    `Invalid value '${text}' for $count query option found. Valid values are 'true' and 'false'.`,
  )
}
