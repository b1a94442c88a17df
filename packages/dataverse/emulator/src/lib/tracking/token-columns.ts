import { optionRefused } from '../query/query-errors.js'
import type { QueryOptions, QueryPart } from '../query/query-options.js'
import { parseSelect } from '../query/select-columns.js'
import type { Table } from '../schema/table.js'
import type { ResolvedTracking } from './tracking-options.js'

/** Remembers for which columns tokens were given, where that matters. */
export interface TokenColumns {
  /** A token was handed out with a read of this query. */
  note(table: Table, token: string, query: QueryOptions): void
  /**
   * The query that its token lets through.
   *
   * @throws ServiceError 400 when tokens are bound to their columns and this one was given for others
   */
  bind(table: Table, query: QueryOptions): QueryOptions
}

export function createTokenColumns(otherColumns: ResolvedTracking['otherColumns']): TokenColumns {
  // Two reads of the same second have the same token, so one may belong to several lists of columns.
  const given = new Map<string, readonly (QueryPart | undefined)[]>()
  const keyOf = (table: Table, token: string): string => `${table.logicalName} ${token}`
  if (otherColumns === 'asked') return { note() {}, bind: (_, query) => query }
  return {
    note(table, token, query) {
      const key = keyOf(table, token)
      const select = selectOf(query)
      const others = (given.get(key) ?? []).filter((list) => list?.value !== select?.value)
      given.set(key, [...others, select])
    },
    bind(table, query) {
      const lists = query.deltaToken === undefined ? undefined : given.get(keyOf(table, query.deltaToken))
      const asked = selectOf(query)?.value
      if (lists === undefined || lists.some((list) => list?.value === asked)) return query
      if (otherColumns === 'refused') {
        throw optionRefused('The delta token in the request was issued for a query with other columns.')
      }
      const select = lists.at(-1)
      const others = query.parts.filter(({ name }) => name !== '$select')
      return {
        ...query,
        ...parseSelect(select?.value, table),
        parts: select === undefined ? others : [select, ...others],
      }
    },
  }
}

function selectOf({ parts }: QueryOptions): QueryPart | undefined {
  return parts.find(({ name }) => name === '$select')
}
