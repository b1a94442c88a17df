import type { DataverseClient } from '@deltaverse/client'
import type { CallOptions } from '@deltaverse/core'
import { createMetadataReader, type MetadataReader } from '@deltaverse/metadata'
import { isGuidText } from '@deltaverse/protocol'
import type { KeyValues } from '@deltaverse/values'
import pLimit from 'p-limit'
import { asMiss } from './as-miss.js'
import { callForMany } from './call-for-many.js'
import { addressById, addressByKey } from './key-address.js'
import { unaddressableError } from './key-errors.js'
import { type KeyResolverOptions, toKeyResolverSettings } from './key-resolver-options.js'
import type { Key, KeyAddress, KeyedRow, KeyResolution, ReadRowsOptions } from './key-results.js'
import { createKeyTyper } from './key-typer.js'
import { createKnownIds } from './known-ids.js'
import { orInvalid, prepareKey, type Resolve } from './prepare-key.js'
import type { RowReading } from './query-rows.js'
import { type PreparedKey, readRows } from './read-rows.js'

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
  const resolved = toKeyResolverSettings(options)
  const { clock, textComparison, notAddressable } = resolved
  const metadata = options.metadata ?? createMetadataReader(client, { clock })
  const typer = createKeyTyper(metadata, textComparison)
  const reading: RowReading = {
    client,
    limit: pLimit(resolved.concurrency),
    limits: resolved,
    textComparison,
  }
  const ids = createKnownIds(reading, resolved)
  const prepare = (table: string, key: Key, call: CallOptions) => prepareKey(typer, resolve, table, key, call)

  const resolve: Resolve = async (table, key, call) => {
    call.signal?.throwIfAborted()
    if (isGuidText(key)) return { status: 'found', key, id: key.toLowerCase() }
    const prepared = await prepare(table, key, call)
    if (!('typed' in prepared)) return prepared
    return orInvalid(key, async (): Promise<KeyResolution> => {
      const [id, ...others] = await ids.find(prepared.typed, call)
      return id !== undefined && others.length === 0
        ? { status: 'found', key, id }
        : asMiss(key, id === undefined ? [] : [id, ...others])
    })
  }

  async function address(table: string, key: Key, call: CallOptions): Promise<KeyAddress> {
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
    resolve: (table, key, call = {}) => resolve(table, key, call),
    resolveMany(table, keys, given = {}) {
      const call = callForMany(given)
      return Promise.all([...keys].map((key) => resolve(table, key, call)))
    },
    address: (table, key, call = {}) => address(table, key, call),
    async readRows(table, keys, what, given = {}) {
      given.signal?.throwIfAborted()
      const call = callForMany(given)
      const prepared = await Promise.all([...keys].map((key) => prepareAny(table, key, call)))
      return readRows(reading, prepared, what, call)
    },
    async remember(table, key, id) {
      const prepared = await prepare(table, key, {})
      if ('typed' in prepared) ids.remember(prepared.typed, checkGuid(id))
    },
    forget: (table) => ids.forget(table),
    stats: () => ids.stats(),
  }
}

function checkGuid(id: string): string {
  if (isGuidText(id)) return id.toLowerCase()
  throw new TypeError(`id must be a GUID, received ${JSON.stringify(id) ?? typeof id}`)
}
