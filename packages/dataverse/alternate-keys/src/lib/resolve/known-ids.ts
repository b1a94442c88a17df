import type { CallOptions } from '@deltaverse/core'
import { createLruCache } from '@deltaverse/metadata'
import type { TypedKey } from '@deltaverse/values'
import { tooLongError } from './key-errors.js'
import { createKeyLookup, type FoundIds, identityOf, type RunQueries } from './key-lookup.js'
import type { KeyResolverSettings } from './key-resolver-options.js'
import { planKeyQueries, type RowReading, runKeyQuery } from './query-rows.js'

/** Counts since the memory was made. */
interface KnownIdsStats {
  readonly hits: number
  readonly asked: number
  readonly queries: number
  readonly entries: number
}

/** The ids of rows by their keys: remembered, or asked for. */
export interface KnownIds {
  find(key: TypedKey, call: CallOptions): Promise<FoundIds>
  remember(key: TypedKey, id: string): void
  /** Forgets one table's keys, or all. */
  forget(table: string | undefined): void
  stats(): KnownIdsStats
}

/** Creates the memory of one resolver. */
export function createKnownIds(
  reading: RowReading,
  { clock, maxEntries, ttlMs, missTtlMs }: KeyResolverSettings,
): KnownIds {
  const cache = createLruCache<FoundIds>(maxEntries, () => clock.now())
  const counts = { hits: 0, asked: 0, queries: 0 }
  const lookup = createKeyLookup((keys, run) => {
    counts.queries += sendGroup(reading, keys, run)
  })
  let epoch = 0
  return {
    async find(key, { signal }) {
      const identity = identityOf(key)
      const known = cache.get(identity)
      if (known !== undefined) {
        counts.hits += 1
        return known
      }
      counts.asked += 1
      const epochAsked = epoch
      const found = await lookup.find(key, signal)
      // What was forgotten or noted in the meantime is newer than this answer.
      const newer = epoch !== epochAsked || cache.get(identity) !== undefined
      if (!newer) cache.set(identity, found, found.length === 1 ? ttlMs : missTtlMs)
      return found
    },
    remember: (key, id) => cache.set(identityOf(key), [id], ttlMs),
    forget(table) {
      epoch += 1
      cache.clear(table === undefined ? undefined : (key) => key.startsWith(`${table}(`))
    },
    stats: () => ({ ...counts, entries: cache.size }),
  }
}

/** Sends the queries of one group of keys; returns how many there are. */
function sendGroup(reading: RowReading, keys: readonly TypedKey[], run: RunQueries): number {
  const { queries, tooLong } = planKeyQueries(reading, keys, [])
  for (const key of tooLong) run([key], () => Promise.reject(tooLongError(key)))
  for (const query of queries) {
    run(query.keys, async (signal) => {
      const found = new Map<string, string[]>()
      for (const { key, id } of await runKeyQuery(reading, query, undefined, { signal })) {
        const identity = identityOf(key)
        found.set(identity, [...(found.get(identity) ?? []), id])
      }
      return found
    })
  }
  return queries.length
}
