import type { DataverseClient } from '@deltaverse/client'
import type { CallOptions } from '@deltaverse/core'
import type { JsonObject } from '@deltaverse/metadata'
import { asMiss } from './as-miss.js'
import type { ConcurrencyGate } from './concurrency-gate.js'
import { tooLongError } from './key-errors.js'
import { type KeyQuery, planQueries, type QueryLimits, readQuery } from './key-query.js'
import type { Key, KeyedRow, KeyMiss, ReadRowsOptions } from './key-results.js'
import { comparableOfRow, type TextComparison, type TypedKey } from './typed-key.js'

/** What reading by keys needs. */
export interface RowReading {
  readonly client: Pick<DataverseClient, 'request' | 'serviceRoot'>
  readonly gate: ConcurrencyGate
  readonly limits: QueryLimits
  readonly textComparison: TextComparison
}

/** A key that is ready to be asked for, or why it is not. */
export type PreparedKey = { readonly key: Key; readonly typed: TypedKey } | KeyMiss

/** Reads the rows of many keys in few queries: one result for each key, in their order. */
export async function readRows(
  reading: RowReading,
  prepared: readonly PreparedKey[],
  { select, annotations }: ReadRowsOptions,
  call: CallOptions,
): Promise<KeyedRow[]> {
  const groups = new Map<string, Map<string, TypedKey>>()
  for (const each of prepared) {
    if (!('typed' in each)) continue
    const group = each.typed.columns.join()
    const members = groups.get(group) ?? new Map<string, TypedKey>()
    members.set(each.typed.comparable, each.typed)
    groups.set(group, members)
  }
  const rows = new Map<TypedKey, JsonObject[]>()
  const tooLong = new Set<TypedKey>()
  await Promise.all(
    [...groups.values()].map((members) =>
      readGroup(reading, members, select, annotations, rows, tooLong, call),
    ),
  )
  return prepared.map((each) => {
    if (!('typed' in each)) return each
    const { key, typed } = each
    const first = groups.get(typed.columns.join())!.get(typed.comparable)!
    if (tooLong.has(first)) return { status: 'invalid', key, id: undefined, error: tooLongError(typed) }
    const found = rows.get(first) ?? []
    const ids = found.map((row) => String(row[typed.table.primaryIdColumn]).toLowerCase())
    const [row] = found
    return row !== undefined && ids.length === 1
      ? { status: 'found', key, id: ids[0]!, row }
      : asMiss(key, ids)
  })
}

async function readGroup(
  reading: RowReading,
  members: ReadonlyMap<string, TypedKey>,
  select: readonly string[],
  annotations: string | undefined,
  rows: Map<TypedKey, JsonObject[]>,
  tooLong: Set<TypedKey>,
  call: CallOptions,
): Promise<void> {
  const keys = [...members.values()]
  const first = keys[0]!
  const columns = [first.table.primaryIdColumn, ...first.parts.map(({ name }) => name), ...select]
  const plan = planQueries(keys, columns, reading.client.serviceRoot.length + 1, reading.limits)
  for (const key of plan.tooLong) tooLong.add(key)
  await Promise.all(
    plan.queries.map(async (query) => {
      for (const [key, row] of await readMatches(reading, query, annotations, call)) {
        const known = rows.get(key)
        if (known === undefined) rows.set(key, [row])
        else known.push(row)
      }
    }),
  )
}

/**
 * Sends one query and tells which row answers which key. The service may find more than was meant, such as by wildcards
 * in the text: such rows are nobody's answer.
 */
export async function readMatches(
  { client, gate, textComparison }: RowReading,
  { path, keys }: KeyQuery,
  annotations: string | undefined,
  call: CallOptions,
): Promise<[TypedKey, JsonObject][]> {
  const { table, columns } = keys[0]!
  const asked = new Map(keys.map((key) => [key.comparable, key]))
  const rows = await gate(() => {
    call.signal?.throwIfAborted()
    return readQuery(client, path, annotations, call)
  })
  return rows.flatMap((row): [TypedKey, JsonObject][] => {
    const comparable = comparableOfRow(table, columns, row, textComparison)
    const key = comparable === undefined ? undefined : asked.get(comparable)
    return key === undefined || typeof row[table.primaryIdColumn] !== 'string' ? [] : [[key, row]]
  })
}
