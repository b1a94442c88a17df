import type { DataverseClient } from '@deltaverse/client'
import type { CallOptions } from '@deltaverse/core'
import { createLruCache, createMetadataReader, type MetadataReader } from '@deltaverse/metadata'
import { isGuidText } from '@deltaverse/protocol'
import { asMiss } from './as-miss.js'
import { createConcurrencyGate } from './concurrency-gate.js'
import { addressById, addressByKey } from './key-address.js'
import {
  ambiguousPartError,
  isInvalidKey,
  noKeyError,
  tooLongError,
  unaddressableError,
} from './key-errors.js'
import { createKeyLookup, type FoundIds, identityOf, type RunQueries } from './key-lookup.js'
import { planQueries } from './key-query.js'
import { type KeyResolverOptions, resolveKeyResolverOptions } from './key-resolver-options.js'
import type { Key, KeyAddress, KeyedRow, KeyMiss, KeyResolution, ReadRowsOptions } from './key-results.js'
import { createKeyTyper } from './key-typer.js'
import { type PreparedKey, type RowReading, readMatches, readRows } from './read-rows.js'
import { describeRef, isRef, type KeyValue, type KeyValues, ref } from './row-ref.js'
import type { TypedKey } from './typed-key.js'

/** Counts since the resolver was made. */
export interface KeyResolverStats {
  /** Keys that the cache knew. */
  readonly hits: number
  /** Keys that had to be asked for; equal ones of one moment count each. */
  readonly asked: number
  /** Queries sent; further pages of one query do not count. */
  readonly queries: number
  /** Keys remembered now. */
  readonly entries: number
}

/** Finds rows by business keys, in bulk, and remembers their GUIDs. */
export interface KeyResolver {
  /** The definitions it works with. */
  readonly metadata: MetadataReader
  /**
   * Finds one row. Calls of one tick are gathered into few queries; equal keys under way share one.
   *
   * @param table logical name: `contact`
   * @param key column values, or a GUID, which is taken as it is
   * @throws DataverseError when a request fails; `signal.reason` when the signal aborts
   */
  resolve(table: string, key: Key, call?: CallOptions): Promise<KeyResolution>
  /** Finds many rows: one result for each key, in the order of the keys. */
  resolveMany(table: string, keys: Iterable<Key>, call?: CallOptions): Promise<KeyResolution[]>
  /**
   * Names one row to the service: by its key where that is Active and its values can stand in an address, without asking
   * anything; else by the GUID, which is looked up.
   */
  address(table: string, key: Key, call?: CallOptions): Promise<KeyAddress>
  /** Reads columns of many rows, past the cache: one result for each key, in the order of the keys. */
  readRows(
    table: string,
    keys: Iterable<Key>,
    options: ReadRowsOptions,
    call?: CallOptions,
  ): Promise<KeyedRow[]>
  /** Notes the row that a write made or found, so that nobody asks for it. */
  remember(table: string, key: KeyValues, id: string): Promise<void>
  /** Forgets one table's keys, or all. */
  forget(table?: string): void
  stats(): KeyResolverStats
}

/**
 * Creates a resolver. Keep one for the length of a job: its memory is what saves requests.
 *
 * @throws RangeError or TypeError for an option out of its range
 */
export function createKeyResolver(
  client: Pick<DataverseClient, 'request' | 'serviceRoot'>,
  options: KeyResolverOptions = {},
): KeyResolver {
  const resolved = resolveKeyResolverOptions(options)
  const { clock, textComparison, notAddressable } = resolved
  const metadata = options.metadata ?? createMetadataReader(client, { clock })
  const typer = createKeyTyper(metadata, textComparison)
  const cache = createLruCache<FoundIds>(resolved.maxEntries, () => clock.now())
  const counts = { hits: 0, asked: 0, queries: 0 }
  const gate = createConcurrencyGate(resolved.concurrency)
  const reading: RowReading = { client, gate, limits: resolved, textComparison }
  const lookup = createKeyLookup(sendGroup)
  let epoch = 0

  function sendGroup(keys: readonly TypedKey[], run: RunQueries): void {
    const first = keys[0]!
    const select = [first.table.primaryIdColumn, ...first.parts.map(({ name }) => name)]
    const { queries, tooLong } = planQueries(keys, select, client.serviceRoot.length + 1, resolved)
    for (const key of tooLong) run([key], () => Promise.reject(tooLongError(key)))
    for (const query of queries) {
      counts.queries += 1
      run(query.keys, async (signal) => {
        const found = new Map<string, string[]>()
        for (const [key, row] of await readMatches(reading, query, undefined, { signal })) {
          const id = String(row[key.table.primaryIdColumn]).toLowerCase()
          found.set(key.comparable, [...(found.get(key.comparable) ?? []), id])
        }
        return found
      })
    }
  }

  async function find(key: TypedKey, call: CallOptions): Promise<FoundIds> {
    const identity = identityOf(key)
    const known = cache.get(identity)
    if (known !== undefined) {
      counts.hits += 1
      return known
    }
    counts.asked += 1
    const epochAsked = epoch
    const found = await lookup.find(key, call.signal)
    // What was forgotten or noted in the meantime is newer than this answer.
    const newer = epoch !== epochAsked || cache.get(identity) !== undefined
    if (!newer) cache.set(identity, found, found.length === 1 ? resolved.ttlMs : resolved.missTtlMs)
    return found
  }

  /** The key typed and with GUIDs in place of references, or why there is no such key. */
  async function prepare(
    table: string,
    key: Key,
    call: CallOptions,
  ): Promise<{ readonly typed: TypedKey } | KeyMiss> {
    try {
      if (typeof key !== 'object' || key === null) throw noKeyError(table, key)
      const values = await resolveNested(key, call)
      if (values === undefined) return asMiss(key, [])
      return { typed: await typer.type(table, values, call) }
    } catch (error) {
      if (isInvalidKey(error)) return { status: 'invalid', key, id: undefined, error }
      throw error
    }
  }

  /** `undefined` when a reference inside the key names no row. */
  async function resolveNested(key: KeyValues, call: CallOptions): Promise<KeyValues | undefined> {
    let values: Record<string, KeyValue> | undefined
    for (const [column, value] of Object.entries(key)) {
      if (!isRef(value) || typeof value.key === 'string') continue
      const target = await resolve(value.table, value.key, call)
      if (target.status === 'missing') return undefined
      if (target.status === 'invalid') throw target.error
      if (target.status === 'ambiguous') {
        throw ambiguousPartError(column, describeRef(value.table, value.key))
      }
      values ??= { ...key }
      values[column] = ref(value.table, target.id)
    }
    return values ?? key
  }

  async function resolve(table: string, key: Key, call: CallOptions = {}): Promise<KeyResolution> {
    call.signal?.throwIfAborted()
    if (isGuidText(key)) return { status: 'found', key, id: key.toLowerCase() }
    const prepared = await prepare(table, key, call)
    if (!('typed' in prepared)) return prepared
    try {
      const ids = await find(prepared.typed, call)
      return ids.length === 1 ? { status: 'found', key, id: ids[0]! } : asMiss(key, ids)
    } catch (error) {
      if (isInvalidKey(error)) return { status: 'invalid', key, id: undefined, error }
      throw error
    }
  }

  async function address(table: string, key: Key, call: CallOptions = {}): Promise<KeyAddress> {
    call.signal?.throwIfAborted()
    if (typeof key !== 'string') {
      const prepared = await prepare(table, key, call)
      if (!('typed' in prepared)) return prepared
      const byKey = addressByKey(prepared.typed)
      if (byKey !== undefined) return { ...byKey, status: 'by-key', key, id: undefined }
      if (notAddressable === 'refuse') {
        return { status: 'invalid', key, id: undefined, error: unaddressableError(prepared.typed) }
      }
    }
    const found = await resolve(table, key, call)
    if (found.status !== 'found') return found
    return { ...addressById(await metadata.table(table, call), found.id), status: 'by-id', key, id: found.id }
  }

  async function prepareAny(table: string, key: Key, call: CallOptions): Promise<PreparedKey> {
    const { primaryIdColumn } = await metadata.table(table, call)
    const prepared = await prepare(table, isGuidText(key) ? { [primaryIdColumn]: key } : key, call)
    return 'typed' in prepared ? { key, typed: prepared.typed } : { ...prepared, key }
  }

  return {
    metadata,
    resolve,
    resolveMany: (table, keys, call = {}) => Promise.all([...keys].map((key) => resolve(table, key, call))),
    address,
    async readRows(table, keys, what, call = {}) {
      call.signal?.throwIfAborted()
      const prepared = await Promise.all([...keys].map((key) => prepareAny(table, key, call)))
      return readRows(reading, prepared, what, call)
    },
    async remember(table, key, id) {
      const prepared = await prepare(table, key, {})
      if ('typed' in prepared) cache.set(identityOf(prepared.typed), [checkGuid(id)], resolved.ttlMs)
    },
    forget(table) {
      epoch += 1
      cache.clear(table === undefined ? undefined : (key) => key.startsWith(`${table}(`))
    },
    stats: () => ({ ...counts, entries: cache.size }),
  }
}

function checkGuid(id: string): string {
  if (isGuidText(id)) return id.toLowerCase()
  throw new TypeError(`id must be a GUID, received ${JSON.stringify(id) ?? typeof id}`)
}
