import type { DataverseClient } from '@deltaverse/client'
import { createChangeFeed, describeTable } from '@deltaverse/dataverse'
import { createMetadataReader, type MetadataReader } from '@deltaverse/metadata'
import type { OfferedTable, SelectedStream } from '@deltaverse/singer'
import pLimit from 'p-limit'
import { UsageError } from '../../program/usage-error.js'
import { listTables } from '../../tables/list-tables.js'
import { selectColumns } from '../../tables/select-columns.js'

/** A table as a stream. */
export interface TapStream {
  /** Under which its state is kept, and what the messages call it. */
  readonly name: string
  readonly entitySet: string
  /** Whether the service tells what changes; otherwise it is read in full each time. */
  readonly isTracked: boolean
  /** Properties to ask for; `undefined` for all. */
  readonly select: readonly string[] | undefined
}

/** Tables that are asked for their definitions at once. */
const tablesAtOnce = 4

/** The schemas of the tables that a tap offers. */
export async function offeredTables(
  client: DataverseClient,
  names: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<readonly OfferedTable[]> {
  const tracked = await trackedSets(client, signal)
  const limit = pLimit(tablesAtOnce)
  return await Promise.all(
    (names ?? [...tracked]).map((name) =>
      limit(async () => {
        const { entitySet } = await describeTable(client, name, { signal })
        const schema = await createChangeFeed(client, { entitySet }).schema({ signal })
        return { schema, isTracked: tracked.has(entitySet) }
      }),
    ),
  )
}

/** Looks up what is to be read. @throws UsageError for columns that are not there */
export async function wantedStreams(
  client: DataverseClient,
  wanted: readonly SelectedStream[],
  signal: AbortSignal,
): Promise<readonly TapStream[]> {
  const tracked = await trackedSets(client, signal)
  const metadata = createMetadataReader(client)
  const limit = pLimit(tablesAtOnce)
  const streams = await Promise.all(
    wanted.map((each) => limit(() => streamOf(client, each, { metadata, tracked, signal }))),
  )
  const twice = streams.find(({ name }, at) => streams.findIndex((other) => other.name === name) !== at)
  if (twice !== undefined) throw new UsageError(`--catalog: the stream ${twice.name} is selected twice`)
  return streams
}

async function streamOf(
  client: DataverseClient,
  { id, stream, columns }: SelectedStream,
  {
    metadata,
    tracked,
    signal,
  }: {
    readonly metadata: MetadataReader
    readonly tracked: ReadonlySet<string>
    readonly signal: AbortSignal
  },
): Promise<TapStream> {
  const { entitySet } = await describeTable(client, id, { signal })
  const { columns: all } = await createChangeFeed(client, { entitySet }).schema({ signal })
  const isAll = columns === undefined || all.every(({ name }) => columns.includes(name))
  const select = isAll ? undefined : selectColumns(await metadata.tableOfSet(entitySet, { signal }), columns)
  return { name: stream, entitySet, isTracked: tracked.has(entitySet), select }
}

async function trackedSets(client: DataverseClient, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const tables = await listTables(client, signal)
  return new Set(tables.filter(({ tracked }) => tracked).map(({ entitySet }) => entitySet))
}
