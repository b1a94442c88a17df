import type { CallOptions } from '@deltaverse/core'
import type { TypedKey } from '@deltaverse/values'
import { asMiss } from './as-miss.js'
import { tooLongError } from './key-errors.js'
import { identityOf } from './key-lookup.js'
import type { Key, KeyedRow, KeyMiss, ReadRowsOptions } from './key-results.js'
import { type Match, planKeyQueries, type RowReading, runKeyQuery } from './query-rows.js'

/** A key that is ready to be asked for, or why it is not. */
export type PreparedKey = { readonly key: Key; readonly typed: TypedKey } | KeyMiss

/** What was found of one key. */
type Found = readonly Match[] | 'too-long'

/** Reads the rows of many keys in few queries: one result for each key, in their order. */
export async function readRows(
  reading: RowReading,
  prepared: readonly PreparedKey[],
  options: ReadRowsOptions,
  call: CallOptions,
): Promise<KeyedRow[]> {
  const groups = groupKeys(prepared)
  const found = new Map<string, Found>()
  await Promise.all(groups.map((keys) => readGroup(reading, keys, options, found, call)))
  return prepared.map((each) => ('typed' in each ? toKeyedRow(each.key, each.typed, found) : each))
}

/** Keys of one table and one set of columns each, none twice. */
function groupKeys(prepared: readonly PreparedKey[]): readonly (readonly TypedKey[])[] {
  const groups = new Map<string, Map<string, TypedKey>>()
  for (const each of prepared) {
    if (!('typed' in each)) continue
    const name = each.typed.columns.join()
    const group = groups.get(name) ?? new Map<string, TypedKey>()
    group.set(identityOf(each.typed), each.typed)
    groups.set(name, group)
  }
  return [...groups.values()].map((group) => [...group.values()])
}

async function readGroup(
  reading: RowReading,
  keys: readonly TypedKey[],
  { select, annotations }: ReadRowsOptions,
  found: Map<string, Found>,
  call: CallOptions,
): Promise<void> {
  const { queries, tooLong } = planKeyQueries(reading, keys, select)
  for (const key of tooLong) found.set(identityOf(key), 'too-long')
  await Promise.all(
    queries.map(async (query) => {
      for (const match of await runKeyQuery(reading, query, annotations, call)) {
        const identity = identityOf(match.key)
        const known = found.get(identity)
        found.set(identity, known === undefined || known === 'too-long' ? [match] : [...known, match])
      }
    }),
  )
}

function toKeyedRow(key: Key, typed: TypedKey, all: ReadonlyMap<string, Found>): KeyedRow {
  const found = all.get(identityOf(typed)) ?? []
  if (found === 'too-long') return { status: 'invalid', key, id: undefined, error: tooLongError(typed) }
  const [match, ...others] = found
  return match !== undefined && others.length === 0
    ? { status: 'found', key, id: match.id, row: match.row }
    : asMiss(
        key,
        found.map(({ id }) => id),
      )
}
