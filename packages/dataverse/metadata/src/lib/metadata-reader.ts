import type { DataverseClient, DataverseResponse } from '@deltaverse/client'
import { type CallOptions, type Clock, DataverseError, isResponseError, systemClock } from '@deltaverse/core'
import { bytes, defineOptions, durationMs, instance, type OptionsInput, whole } from '@deltaverse/options'
import { readTableProperties, type TableProperties } from './csdl/table-properties.js'
import { asJsonObject, listOf, textOf } from './json-members.js'
import { createLruCache } from './lru-cache.js'
import { formatManyToManyPath, type ManyToManyMetadata, parseManyToMany } from './many-to-many.js'
import { formatDetailPath, parseColumnDetails } from './parse-column-details.js'
import { definitionQuery, parseTableDefinition } from './parse-table-definition.js'
import { type SharedCall, shareCall } from './share-call.js'
import type { ColumnDetail, DetailedKind, TableMetadata } from './table-metadata.js'

const client = instance<Pick<DataverseClient, 'request'>>(['request'])({
  required: true,
  doc: 'Made by createClient().',
})

const options = defineOptions('createMetadataReader()', {
  ttlMs: durationMs({ default: 3_600_000, doc: 'How long a definition is kept.' }),
  maxEntries: whole({ default: 500, min: 1, doc: 'Answers kept; the least recently used go first.' }),
  maxDocumentBytes: bytes({
    default: 256 * 1024 * 1024,
    min: 1,
    doc: 'The most that a `$metadata` document may have, inflated; some 10 MB are usual.',
  }),
  clock: instance<Pick<Clock, 'now'>>(['now'])({
    default: systemClock,
    defaultText: "the machine's",
    doc: 'Tells the time.',
  }),
})

const documentPath = '$metadata'

// Definitions may be half a minute old unless the newest are asked for (Microsoft Learn: Query table definitions).
const freshest = { headers: { consistency: 'Strong' } }

export type MetadataReaderOptions = OptionsInput<typeof options.spec>

/** Reads table definitions and keeps them. Callers that ask for the same at the same time share one request. */
export interface MetadataReader {
  /**
   * One table with its columns, keys and lookups, in one request.
   *
   * @throws DataverseError `not-found` when there is no such table
   */
  table(logicalName: string, call?: CallOptions): Promise<TableMetadata>
  /**
   * The same, by the entity set that stands in URLs (`products`); one more request the first time.
   *
   * @throws DataverseError `not-found` when there is no such table
   */
  tableOfSet(entitySet: string, call?: CallOptions): Promise<TableMetadata>
  /** What only typed definitions tell, for all columns of one kind, in one request; by logical name. */
  details(
    logicalName: string,
    kind: DetailedKind,
    call?: CallOptions,
  ): Promise<ReadonlyMap<string, ColumnDetail>>
  /**
   * What rows of a table can bring: the properties that `$metadata` lists, with their types (`Edm.Guid`). Definitions do not
   * tell it for certain. The document holds all tables and is read once for all of them.
   *
   * @throws DataverseError `not-found` when there is no such table
   */
  properties(logicalName: string, call?: CallOptions): Promise<ReadonlyMap<string, string>>
  /** The many-to-many relationships that a table is an end of. */
  manyToMany(logicalName: string, call?: CallOptions): Promise<readonly ManyToManyMetadata[]>
  /** Forgets one table, or everything. */
  invalidate(logicalName?: string): void
}

/**
 * Creates a reader of table definitions.
 *
 * @throws TypeError for an option of the wrong kind, RangeError for one out of its range
 */
export function createMetadataReader(
  from: Pick<DataverseClient, 'request'>,
  input: MetadataReaderOptions = {},
): MetadataReader {
  const service = client.parse('client', from)
  const { ttlMs, maxEntries, maxDocumentBytes, clock } = options.parse(input)
  const cache = createLruCache<unknown>(maxEntries, () => clock.now())
  const underWay = new Map<string, SharedCall<unknown>>()

  function cached<Value>(
    path: string,
    parse: (body: unknown) => Value,
    call: CallOptions,
    fresh: boolean,
  ): Promise<Value> {
    const request = { method: 'GET', path, buffered: true, ...(fresh ? freshest : {}) } as const
    const readAnswer = async (signal: AbortSignal) =>
      parse(await (await service.request(request, { signal })).json())
    return shared(path, readAnswer, call)
  }

  /** From what is kept, from a call that is under way, or else read by one that all who ask meanwhile join. */
  function shared<Value>(
    path: string,
    readAnswer: (signal: AbortSignal) => Promise<Value>,
    call: CallOptions,
  ): Promise<Value> {
    const known = cache.get(path)
    if (known !== undefined) return Promise.resolve(known as Value)
    let current = underWay.get(path)
    if (current === undefined || current.abandoned) {
      const started: SharedCall<unknown> = shareCall(async (signal) => {
        try {
          const value = await readAnswer(signal)
          // An invalidation in the meantime means that this answer may be old already.
          if (underWay.get(path) === started) cache.set(path, value, ttlMs)
          return value
        } finally {
          if (underWay.get(path) === started) underWay.delete(path)
        }
      })
      current = started
      underWay.set(path, current)
    }
    return current.join(call.signal) as Promise<Value>
  }

  const invalidated = new Set<string>()
  const reader: MetadataReader = {
    async table(logicalName, call = {}) {
      checkTableName(logicalName)
      const path = `${definitionPath(logicalName)}${definitionQuery}`
      const fresh = invalidated.has(logicalName) || invalidated.has('*')
      try {
        return await cached(path, parseTableDefinition, call, fresh)
      } catch (error) {
        if (!isResponseError(error) || error.status !== 404) throw error
        throw new DataverseError(
          `There is no table '${logicalName}'. Give the logical name, singular and in lower case, such as 'account'.`,
          { code: 'not-found', cause: error },
        )
      }
    },
    async tableOfSet(entitySet, call = {}) {
      checkEntitySet(entitySet)
      const path = `EntityDefinitions?$select=LogicalName&$filter=EntitySetName eq '${entitySet}'`
      const logicalName = await cached(path, parseFirstName, call, false)
      if (logicalName !== undefined) return reader.table(logicalName, call)
      throw new DataverseError(
        `There is no table with the entity set '${entitySet}'. Give the plural name that stands in URLs, such as 'products'; it is case-sensitive.`,
        { code: 'not-found' },
      )
    },
    async details(logicalName, kind, call = {}) {
      checkTableName(logicalName)
      return cached(formatDetailPath(logicalName, kind), parseColumnDetails, call, false)
    },
    async manyToMany(logicalName, call = {}) {
      checkTableName(logicalName)
      return cached(formatManyToManyPath(logicalName), parseManyToMany, call, false)
    },
    async properties(logicalName, call = {}) {
      checkTableName(logicalName)
      const readDocument = async (signal: AbortSignal): Promise<TableProperties> => {
        const request = {
          method: 'GET',
          path: documentPath,
          ...(invalidated.size > 0 ? freshest : {}),
        } as const
        const { body }: Pick<DataverseResponse, 'body'> = await service.request(request, { signal })
        return readTableProperties(body, maxDocumentBytes)
      }
      return (await shared(documentPath, readDocument, call)).of(logicalName)
    },
    invalidate(logicalName) {
      invalidated.add(logicalName ?? '*')
      const concerns = (path: string): boolean =>
        logicalName === undefined || path === documentPath || path.startsWith(definitionPath(logicalName))
      cache.clear(concerns)
      for (const path of [...underWay.keys()]) if (concerns(path)) underWay.delete(path)
    },
  }
  return reader
}

function parseFirstName(body: unknown): string | undefined {
  const [first] = listOf(asJsonObject(body, 'a search for a table'), 'value')
  return first === undefined ? undefined : textOf(first, 'LogicalName')
}

function checkEntitySet(entitySet: string): void {
  if (typeof entitySet === 'string' && /^[A-Za-z_][A-Za-z0-9_]*$/.test(entitySet)) return
  throw new TypeError(`an entity set is a name such as 'products', received ${JSON.stringify(entitySet)}`)
}

function definitionPath(logicalName: string): string {
  return `EntityDefinitions(LogicalName='${logicalName}')`
}

/** @throws TypeError for what is no logical name: nothing from outside gets into a URL by this way */
export function checkTableName(logicalName: string): void {
  if (typeof logicalName === 'string' && /^[a-z_][a-z0-9_]*$/.test(logicalName)) return
  throw new TypeError(
    `a table must be a logical name in lower case such as 'account', received ${JSON.stringify(logicalName)}`,
  )
}
