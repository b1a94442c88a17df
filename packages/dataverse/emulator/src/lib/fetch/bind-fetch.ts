import { conditionFilter, knownColumn } from '../conditions/column-condition.js'
import { type ConditionGroup, mapGroup, passesGroup } from '../conditions/condition-group.js'
import { ServiceError } from '../http/service-error.js'
import type { QueryEnvironment } from '../query/query-options.js'
import type { RelatedRows } from '../query/related-rows.js'
import type { Schema } from '../schema/schema.js'
import type { Column, Table } from '../schema/table.js'
import type { StoredRow } from '../schema/table-definition.js'
import type { AggregateFunction, FetchCondition, FetchEntity, FetchLink } from './fetch-query.js'
import { invalid } from './parse-fetch-xml.js'

/** The rows of a joined result by the aliases of their tables; the table of the `entity` has none, `''`. */
export type JoinedRow = ReadonlyMap<string, StoredRow>

/** A column that is wanted, and the name that it comes under. */
export interface WantedColumn {
  readonly source: string
  readonly column: Column
  readonly name: string
  readonly aggregate: AggregateFunction | undefined
  readonly groupBy: boolean
  readonly distinct: boolean
}

/** One term of the order. */
interface FetchTerm {
  readonly source: string
  readonly column: Column
  readonly descending: boolean
}

/** Whether a joined row is wanted. */
type JoinedFilter = (row: JoinedRow, related: RelatedRows) => boolean

/** An `entity` or `link-entity`, tied to its table. */
export interface BoundEntity {
  /** Alias; `''` for the `entity`. */
  readonly source: string
  readonly table: Table
  readonly filter: JoinedFilter
  readonly links: readonly BoundLink[]
}

export interface BoundLink extends BoundEntity {
  readonly from: Column
  readonly to: Column
  readonly outer: boolean
}

/** A query tied to its tables. */
export interface BoundFetch {
  readonly entity: BoundEntity
  readonly columns: readonly WantedColumn[]
  readonly terms: readonly FetchTerm[]
  /** Orders by alias, of aggregates and groups. */
  readonly aliasTerms: readonly { readonly alias: string; readonly descending: boolean }[]
}

interface Binding {
  readonly schema: Schema
  readonly environment: QueryEnvironment
  readonly tables: Map<string, Table>
  readonly columns: WantedColumn[]
  readonly terms: FetchTerm[]
  readonly aliasTerms: { readonly alias: string; readonly descending: boolean }[]
}

/**
 * Ties a query to tables and columns.
 *
 * @throws ServiceError 400 for a table, column or alias that is not there.
 */
export function bindFetch(entity: FetchEntity, schema: Schema, environment: QueryEnvironment): BoundFetch {
  const binding: Binding = {
    schema,
    environment,
    tables: new Map(),
    columns: [],
    terms: [],
    aliasTerms: [],
  }
  nameTables(binding, '', entity)
  const bound = bindEntity(binding, '', entity)
  return { entity: bound, columns: binding.columns, terms: binding.terms, aliasTerms: binding.aliasTerms }
}

/** Conditions may be about tables that are linked further down. */
function nameTables(binding: Binding, source: string, { name, links }: FetchEntity): void {
  const table = binding.schema.byLogicalName(name)
  if (table === undefined) {
    throw new ServiceError(400, '0x80041102', `The entity with a name = '${name}' was not found.`)
  }
  if (binding.tables.has(source)) throw invalid(`two link entities have the alias '${source}'`)
  binding.tables.set(source, table)
  for (const link of links) nameTables(binding, link.alias, link)
}

function tableOf({ tables }: Binding, source: string): Table {
  const table = tables.get(source)
  if (table === undefined) throw invalid(`there is no link entity with the alias '${source}'`)
  return table
}

function bindEntity(binding: Binding, source: string, entity: FetchEntity): BoundEntity {
  const table = tableOf(binding, source)
  wantColumns(binding, source, table, entity)
  for (const { attribute, alias, descending } of entity.orders) {
    if (attribute !== undefined)
      binding.terms.push({ source, column: knownColumn(table, attribute), descending })
    else if (alias !== undefined) binding.aliasTerms.push({ alias, descending })
  }
  return {
    source,
    table,
    filter: bindFilter(binding, source, entity.filter),
    links: entity.links.map((link) => bindLink(binding, table, link)),
  }
}

function wantColumns(binding: Binding, source: string, table: Table, { attributes }: FetchEntity): void {
  const prefix = source === '' ? '' : `${source}.`
  const plain = { aggregate: undefined, groupBy: false, distinct: false }
  if (attributes === 'all') {
    for (const column of table.columns) {
      const name = source === '' ? column.wireName : `${prefix}${column.logicalName}`
      binding.columns.push({ source, column, name, ...plain })
    }
    return
  }
  for (const { name, alias, aggregate, groupBy, distinct } of attributes) {
    const column = knownColumn(table, name)
    const own = source === '' ? column.wireName : `${prefix}${name}`
    binding.columns.push({ source, column, name: alias ?? own, aggregate, groupBy, distinct })
  }
}

function bindLink(binding: Binding, parent: Table, link: FetchLink): BoundLink {
  const bound = bindEntity(binding, link.alias, link)
  return {
    ...bound,
    from: knownColumn(bound.table, link.from),
    to: knownColumn(parent, link.to),
    outer: link.outer,
  }
}

function bindFilter(binding: Binding, source: string, group: ConditionGroup<FetchCondition>): JoinedFilter {
  const tests = mapGroup(group, (condition): JoinedFilter => {
    const about = condition.entityName ?? source
    const test = conditionFilter(condition, tableOf(binding, about), binding.schema, binding.environment)
    // Of a row that an outer join did not find every column is null.
    return (row, related) => test(row.get(about) ?? {}, related)
  })
  return (row, related) => passesGroup(tests, (test) => test(row, related))
}
