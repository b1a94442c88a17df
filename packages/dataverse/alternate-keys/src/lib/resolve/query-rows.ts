import type { DataverseClient } from '@deltaverse/client'
import type { CallOptions } from '@deltaverse/core'
import type { JsonObject } from '@deltaverse/metadata'
import { formatPrefer } from '@deltaverse/protocol'
import { parseExactJson } from '@deltaverse/schema'
import {
  comparableOfRow,
  type KeyQuery,
  matchRows,
  planQueries,
  type QueryLimits,
  readQuery,
  type TextComparison,
  type TypedKey,
} from '@deltaverse/values'

/** What reading by keys needs. */
export interface RowReading {
  readonly client: Pick<DataverseClient, 'request' | 'serviceRoot'>
  /** Lets so many queries run at a time. */
  readonly limit: <Value>(work: () => Promise<Value>) => Promise<Value>
  readonly limits: QueryLimits
  readonly textComparison: TextComparison
}

/** A row that answers a key. */
export interface Match {
  readonly key: TypedKey
  readonly id: string
  readonly row: JsonObject
}

/** Rows in a page at most (Microsoft Learn: Page results using OData). */
const maxPageSize = 5000

/** Divides keys of one table and one set of columns among as few queries as the limits allow. */
export function planKeyQueries(
  { client, limits }: RowReading,
  keys: readonly TypedKey[],
  select: readonly string[],
): ReturnType<typeof planQueries<TypedKey>> {
  const [first] = keys
  if (first === undefined) return { queries: [], tooLong: [] }
  const { table, columns, parts } = first
  const [column, ...others] = columns
  const kind = column === undefined || others.length > 0 ? undefined : table.columns.get(column)?.kind
  const target = {
    entitySetName: table.entitySetName,
    kind,
    select: [table.primaryIdColumn, ...parts.map(({ name }) => name), ...select],
    serviceRootLength: client.serviceRoot.length + 1,
  }
  return planQueries(keys, target, limits)
}

/** Sends one query and tells which row answers which key. */
export async function runKeyQuery(
  { client, limit, textComparison }: RowReading,
  query: KeyQuery<TypedKey>,
  annotations: string | undefined,
  call: CallOptions,
): Promise<readonly Match[]> {
  const [{ table, columns }] = query.keys
  const prefer = formatPrefer({ maxPageSize, includeAnnotations: annotations })
  const headers = prefer === undefined ? {} : { prefer }
  const rows = await limit(() => {
    call.signal?.throwIfAborted()
    const read = async (path: string): Promise<unknown> => {
      const response = await client.request({ method: 'GET', path, headers, buffered: true }, call)
      return parseExactJson(await response.text())
    }
    return readQuery(read, client.serviceRoot, query.path)
  })
  const matches = matchRows(query, rows, (row) => comparableOfRow(table, columns, row, textComparison))
  return matches.flatMap(([key, row]) => {
    const id = row[table.primaryIdColumn]
    return typeof id === 'string' ? [{ key, id: id.toLowerCase(), row }] : []
  })
}
