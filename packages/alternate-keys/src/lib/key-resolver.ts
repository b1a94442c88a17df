import type { DataverseClient } from '@deltaverse/client'
import { type CallOptions, DataverseError, isDataverseError, isResponseError } from '@deltaverse/contract'
import { createConcurrencyGate } from './concurrency-gate.js'
import { createKeyLookup, type FoundIds, identityOf, type RunQueries } from './key-lookup.js'
import { type KeyQuery, planQueries, readQuery } from './key-query.js'
import {
  type KeyResolverOptions,
  type ResolvedKeyResolverOptions,
  resolveKeyResolverOptions,
} from './key-resolver-options.js'
import { createKeyTyper } from './key-typer.js'
import { createLruCache } from './lru-cache.js'
import { createMetadataReader, type MetadataReader } from './metadata-reader.js'
import { describeRef, isRef, type KeyValue, type KeyValues, ref } from './row-ref.js'
import { comparableOfRow, type TypedKey } from './typed-key.js'

/** What became of one key. A key without a row is a result and no error. */
export type KeyResolution =
  | { readonly status: 'found'; readonly key: string | KeyValues; readonly id: string }
  | { readonly status: 'missing'; readonly key: string | KeyValues; readonly id: undefined }
  /** Several rows have these values: no Active key keeps them apart. */
  | {
      readonly status: 'ambiguous'
      readonly key: string | KeyValues
      readonly id: undefined
      readonly ids: readonly string[]
    }
  /** The key cannot name a row; `error` has the code `bad-request` and names column and value. Nothing was sent. */
  | {
      readonly status: 'invalid'
      readonly key: string | KeyValues
      readonly id: undefined
      readonly error: DataverseError
    }

/** Counts since the resolver was made. */
export interface KeyResolverSnapshot {
  /** Keys that the cache knew. */
  readonly hits: number
  /** Keys that had to be asked for, those of one moment that are equal counted each. */
  readonly asked: number
  /** Queries sent, pages of one query not counted. */
  readonly queries: number
  /** Keys remembered now. */
  readonly entries: number
}

/** Finds the GUIDs of rows by business keys, in bulk, and remembers them. */
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
  resolve(table: string, key: string | KeyValues, call?: CallOptions): Promise<KeyResolution>
  /** Finds many rows: one result for each key, in the order of the keys. */
  resolveMany(table: string, keys: Iterable<string | KeyValues>, call?: CallOptions): Promise<KeyResolution[]>
  /** Notes what became of a write, so that nobody asks for it. */
  remember(table: string, key: KeyValues, id: string): Promise<void>
  /** Forgets one table's keys, or all. */
  forget(table?: string): void
  snapshot(): KeyResolverSnapshot
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
  const metadata = options.metadata ?? createMetadataReader(client, { clock: resolved.clock })
  const typer = createKeyTyper(metadata, resolved.textComparison)
  const cache = createLruCache<FoundIds>(resolved.maxEntries, () => resolved.clock.now())
  const counts = { hits: 0, asked: 0, queries: 0 }
  const gate = createConcurrencyGate(resolved.concurrency)
  const lookup = createKeyLookup((keys, run) => sendGroup(keys, run))

  function sendGroup(keys: readonly TypedKey[], run: RunQueries): void {
    const [first] = keys
    if (first === undefined) return
    const select = [first.table.primaryIdColumn, ...first.parts.map(({ name }) => name)]
    const { queries, tooLong } = planQueries(keys, select, client.serviceRoot.length + 1, resolved)
    for (const key of tooLong) run([key], () => Promise.reject(tooLongError(key)))
    for (const query of queries) {
      run(query.keys, (signal) => {
        counts.queries += 1
        return gate(() => {
          signal.throwIfAborted()
          return ask(client, query, resolved, { signal })
        })
      })
    }
  }

  async function find(key: TypedKey, call: CallOptions): Promise<FoundIds> {
    const known = cache.get(identityOf(key))
    if (known !== undefined) {
      counts.hits += 1
      return known
    }
    counts.asked += 1
    const found = await lookup.find(key, call.signal)
    cache.set(identityOf(key), found, found.length === 1 ? resolved.ttlMs : resolved.missTtlMs)
    return found
  }

  async function resolve(
    table: string,
    key: string | KeyValues,
    call: CallOptions = {},
  ): Promise<KeyResolution> {
    call.signal?.throwIfAborted()
    try {
      if (typeof key === 'string') return { status: 'found', key, id: ref(table, key).key as string }
      const values = await resolveNested(key, call)
      if (values === undefined) return { status: 'missing', key, id: undefined }
      return toResolution(key, await find(await typer.type(table, values, call), call))
    } catch (error) {
      if (isInvalidKey(error)) return { status: 'invalid', key, id: undefined, error }
      throw error
    }
  }

  /** The key with GUIDs in place of references; `undefined` when one of them names no row. */
  async function resolveNested(key: KeyValues, call: CallOptions): Promise<KeyValues | undefined> {
    const references = Object.entries(key).flatMap(([column, value]) =>
      isRef(value) && typeof value.key !== 'string' ? [{ column, target: value }] : [],
    )
    if (references.length === 0) return key
    const values: Record<string, KeyValue> = { ...key }
    for (const { column, target } of references) {
      const resolution = await resolve(target.table, target.key, call)
      if (resolution.status === 'missing') return undefined
      if (resolution.status === 'invalid') throw resolution.error
      if (resolution.status === 'ambiguous')
        throw ambiguousPart(column, describeRef(target.table, target.key))
      values[column] = ref(target.table, resolution.id)
    }
    return values
  }

  return {
    metadata,
    resolve,
    resolveMany: (table, keys, call = {}) => Promise.all([...keys].map((key) => resolve(table, key, call))),
    async remember(table, key, id) {
      cache.set(identityOf(await typer.type(table, key, {})), [id.toLowerCase()], resolved.ttlMs)
    },
    forget(table) {
      cache.clear(table === undefined ? undefined : (key) => key.startsWith(`${table}(`))
    },
    snapshot: () => ({ ...counts, entries: cache.size }),
  }
}

async function ask(
  client: Pick<DataverseClient, 'request' | 'serviceRoot'>,
  { path, keys }: KeyQuery,
  { textComparison }: ResolvedKeyResolverOptions,
  call: CallOptions,
): Promise<ReadonlyMap<string, FoundIds>> {
  const { table, columns } = keys[0]!
  const asked = new Set(keys.map(({ comparable }) => comparable))
  const found = new Map<string, string[]>()
  for (const row of await readQuery(client, path, undefined, call)) {
    // The service may find more than was meant, such as by wildcards in the text: such rows are nobody's answer.
    const comparable = comparableOfRow(table, columns, row, textComparison)
    const id = row[table.primaryIdColumn]
    if (comparable === undefined || typeof id !== 'string' || !asked.has(comparable)) continue
    const ids = found.get(comparable)
    if (ids === undefined) found.set(comparable, [id.toLowerCase()])
    else ids.push(id.toLowerCase())
  }
  return found
}

function toResolution(key: KeyValues, ids: FoundIds): KeyResolution {
  const [id] = ids
  if (id === undefined) return { status: 'missing', key, id: undefined }
  return ids.length === 1 ? { status: 'found', key, id } : { status: 'ambiguous', key, id: undefined, ids }
}

function tooLongError({ table, columns }: TypedKey): DataverseError {
  return new DataverseError(
    `A key of table '${table.logicalName}' (${columns.join(', ')}) is too long for the URL of a query. Keys hold 900 bytes at most.`,
    { code: 'bad-request' },
  )
}

function ambiguousPart(column: string, target: string): DataverseError {
  return new DataverseError(
    `Column '${column}' of a key names ${target}, which several rows answer to. Make the key of that table Active, or name the row by its GUID.`,
    { code: 'bad-request' },
  )
}

/** A mistake in the key itself, as opposed to an answer of the service. */
function isInvalidKey(error: unknown): error is DataverseError {
  return isDataverseError(error) && error.code === 'bad-request' && !isResponseError(error)
}
