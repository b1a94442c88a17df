import type { TableSchema } from '@deltaverse/schema'
import type { JsonObjectSchema } from './json-object-schema.js'
import { type DecimalForm, streamSchema } from './stream-schema.js'

/** What a tap offers, and what of it somebody wants: `--discover` prints it, `--catalog` takes it back. */
export interface Catalog {
  readonly streams: readonly CatalogStream[]
}

export interface CatalogStream {
  /** What the tap knows the stream by. */
  readonly tap_stream_id: string
  /** What messages call it. */
  readonly stream: string
  readonly schema: JsonObjectSchema
  readonly key_properties?: readonly string[]
  readonly metadata?: readonly CatalogMetadata[]
}

/** What is said of a stream (an empty breadcrumb) or of a column (`["properties", name]`). */
export interface CatalogMetadata {
  readonly breadcrumb: readonly string[]
  readonly metadata: Readonly<Record<string, unknown>>
}

/** A stream that is wanted, with the columns that are. */
export interface SelectedStream {
  readonly id: string
  readonly stream: string
  /** `undefined`: all of them. */
  readonly columns: readonly string[] | undefined
}

/** A table that is offered. */
export interface OfferedTable {
  readonly schema: TableSchema
  /** Whether its source tells what changes; otherwise each read is a full one. */
  readonly isTracked: boolean
}

/** The catalog of tables, to be written with `formatExactJson()`. Nothing is selected: whoever wants a stream says so. */
export function createCatalog(tables: readonly OfferedTable[], decimals: DecimalForm): Catalog {
  return { streams: tables.map((table) => streamOf(table, decimals)) }
}

function streamOf({ schema: table, isTracked }: OfferedTable, decimals: DecimalForm): CatalogStream {
  const { schema, keyProperties } = streamSchema(table, decimals)
  const { name, columns } = table
  return {
    tap_stream_id: name,
    stream: name,
    schema,
    key_properties: keyProperties,
    metadata: [
      {
        breadcrumb: [],
        metadata: {
          inclusion: 'available',
          'table-key-properties': keyProperties,
          'forced-replication-method': isTracked ? 'LOG_BASED' : 'FULL_TABLE',
        },
      },
      ...columns.map((column) => ({
        breadcrumb: ['properties', column.name],
        metadata: {
          inclusion: keyProperties.includes(column.name) ? 'automatic' : 'available',
          'selected-by-default': true,
        },
      })),
    ],
  }
}

/**
 * The streams of a catalog that are wanted, by the rules that Meltano's SDK has: a catalog without any metadata wants everything;
 * `unsupported` is out and `automatic` in whatever else is said; then `selected`, then `selected-by-default`, then what is said of the
 * stream.
 *
 * @throws TypeError for what is no catalog
 */
export function selectedStreams(catalog: unknown): readonly SelectedStream[] {
  const { streams } = (catalog ?? {}) as Partial<Catalog>
  if (!Array.isArray(streams))
    throw new TypeError('a catalog is an object with a list of "streams", as --discover prints it')
  return streams.flatMap((each, at) => {
    const { tap_stream_id: id, stream = id, schema, metadata = [] } = each as CatalogStream
    if (typeof id !== 'string' || id === '')
      throw new TypeError(`stream ${at + 1} of the catalog has no "tap_stream_id"`)
    if (metadata.length === 0) return [{ id, stream, columns: namesIn(schema) }]
    const own = metadata.find(({ breadcrumb }) => breadcrumb.length === 0)?.metadata ?? {}
    if (!isWanted(own, false)) return []
    const columns = namesIn(schema)?.filter((name) => isWanted(ofColumn(metadata, name), true))
    return [{ id, stream, columns }]
  })
}

function namesIn(schema: Partial<JsonObjectSchema> | undefined): string[] | undefined {
  const names = Object.keys(schema?.properties ?? {}).filter((name) => !name.startsWith('_sdc_'))
  return names.length === 0 ? undefined : names
}

function ofColumn(metadata: readonly CatalogMetadata[], name: string): CatalogMetadata['metadata'] {
  const found = metadata.find(
    ({ breadcrumb: [first, second, ...rest] }) =>
      first === 'properties' && second === name && rest.length === 0,
  )
  return found?.metadata ?? {}
}

function isWanted(said: CatalogMetadata['metadata'], otherwise: boolean): boolean {
  const { inclusion, selected, 'selected-by-default': byDefault } = said
  if (inclusion === 'unsupported') return false
  if (inclusion === 'automatic') return true
  return toBoolean(selected) ?? toBoolean(byDefault) ?? otherwise
}

/** The examples of the specification show text where it speaks of booleans. */
function toBoolean(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value
  return value === 'true' || value === 'false' ? value === 'true' : undefined
}
