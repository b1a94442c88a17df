import { createKeyResolver, type KeyResolution } from '@deltaverse/alternate-keys'
import type { DataverseClient } from '@deltaverse/client'
import { DataverseError } from '@deltaverse/core'
import { createMetadataReader, type MetadataReader } from '@deltaverse/metadata'
import { createOption, instance, text } from '@deltaverse/options'
import { formatRowPath } from '@deltaverse/protocol'
import { describeRef, type KeyValues } from '@deltaverse/values'

const guid = { pattern: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, words: 'a GUID' }
const name = { pattern: /^[A-Za-z_][A-Za-z0-9_]*$/, words: "a name such as 'new_contract'" }

/** Options that say which file is meant. */
export const placeOptions = {
  entitySet: text({ required: true, form: name, doc: 'URL segment of the table.' }),
  id: text({ form: guid, doc: 'GUID of the row; or give its key.' }),
  key: createOption<KeyValues, { readonly doc: string }>(
    { check: checkKey, type: 'object' },
    { doc: 'Columns of an alternate key of the row with their values; or give its id.' },
  ),
  column: text({ required: true, form: name, doc: 'Logical name of the file or image column.' }),
  metadata: instance<MetadataReader>(['tableOfSet', 'details'])({
    defaultText: 'the service is asked',
    doc: 'Where to learn about the table. Share one where many files are moved.',
  }),
}

/** What {@link placeOptions} say. */
export interface PlaceSettings {
  readonly entitySet: string
  readonly id: string | undefined
  readonly key: KeyValues | undefined
  readonly column: string
  readonly metadata: MetadataReader | undefined
}

/** A file or image column of one row. */
export interface FilePlace {
  /** Relative to the service root: `accounts(<guid>)/new_contract`. */
  readonly path: string
  readonly kind: 'file' | 'image'
  readonly column: string
  /** Logical name of the table. */
  readonly table: string
  readonly primaryIdColumn: string
  readonly id: string
  /** Most that the column takes, in bytes; where its definition does not say, what the service takes at all. */
  readonly maxBytes: number
  /** Whether an image is kept in full size; always so for files. */
  readonly keepsFull: boolean
}

// The service's own limits (Microsoft Learn: Use file column data, Use image column data).
const mostBytes = { file: 10 * 1024 ** 3, image: 30 * 1024 ** 2 }

/**
 * Finds the column, its limit, and the row where it is given by key.
 *
 * @throws TypeError for neither or both of id and key; DataverseError `not-found` for a table or row that is not there,
 *   `bad-input` for a column that holds no files
 */
export async function findPlace(
  client: DataverseClient,
  { entitySet, id, key, column, metadata = createMetadataReader(client) }: PlaceSettings,
  signal: AbortSignal | undefined,
): Promise<FilePlace> {
  if ((id === undefined) === (key === undefined)) throw new TypeError('give the id or the key of the row')
  const table = await metadata.tableOfSet(entitySet, { signal })
  const kind = table.columns.get(column)?.kind
  if (kind !== 'file' && kind !== 'image') {
    throw new DataverseError(
      `Table '${table.logicalName}' has no file or image column '${column}'. ${listColumns(table.columns.values())}`,
      { code: 'bad-input' },
    )
  }
  const detail = (await metadata.details(table.logicalName, kind, { signal })).get(column)
  const rowId = id?.toLowerCase() ?? (await findRow(client, metadata, table.logicalName, key, signal))
  return {
    path: `${formatRowPath(table.entitySetName, rowId)}/${column}`,
    kind,
    column,
    table: table.logicalName,
    primaryIdColumn: table.primaryIdColumn,
    id: rowId,
    maxBytes: detail?.maxSizeInKB === undefined ? mostBytes[kind] : detail.maxSizeInKB * 1024,
    keepsFull: kind === 'file' || detail?.canStoreFullImage === true,
  }
}

function listColumns(columns: Iterable<{ readonly logicalName: string; readonly kind: string }>): string {
  const names = [...columns].filter(({ kind }) => kind === 'file' || kind === 'image')
  return names.length === 0
    ? 'It has none.'
    : `It has ${names.map(({ logicalName }) => logicalName).join(', ')}.`
}

async function findRow(
  client: DataverseClient,
  metadata: MetadataReader,
  table: string,
  key: KeyValues = {},
  signal: AbortSignal | undefined,
): Promise<string> {
  const found = await createKeyResolver(client, { metadata }).resolve(table, key, { signal })
  if (found.status === 'found') return found.id
  throw found.status === 'invalid' ? found.error : noRow(describeRef(table, key), found)
}

function noRow(row: string, { status }: KeyResolution): DataverseError {
  return status === 'missing'
    ? new DataverseError(`There is no row ${row}: write it before its files.`, { code: 'not-found' })
    : new DataverseError(`There are several rows ${row}: give a key that is Active, or the GUID.`, {
        code: 'bad-input',
      })
}

function checkKey(option: string, value: unknown): KeyValues {
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0) {
    return value as KeyValues
  }
  throw new TypeError(`${option} must be an object of columns with their values`)
}
