import { createKeyResolver, createRowTranslator, type KeyResolver } from '@deltaverse/alternate-keys'
import type { Row } from '@deltaverse/core'
import { createUpsertWriter, describeTable, type UpsertWriter } from '@deltaverse/dataverse'
import type { TableMetadata } from '@deltaverse/metadata'
import type { Environment } from '../environment/open-environment.js'
import { openSource } from '../sources/open-source.js'
import type { RowSource, SourceRow } from '../sources/source-row.js'
import type { ColumnMapping } from './column-mapping.js'
import { planMapping } from './plan-mapping.js'
import type { PushSettings } from './push-settings.js'
import { type RejectedRow, translateRows } from './translate-rows.js'

/** Everything that a push needs, looked up and checked before the first row is written. */
export interface PreparedPush {
  readonly settings: PushSettings
  readonly table: TableMetadata
  readonly source: RowSource
  readonly resolver: KeyResolver
  readonly writer: UpsertWriter
  /** The rows to write; those that cannot be go to `onRejected`. */
  rows(onRejected: (rejected: RejectedRow) => Promise<void>): AsyncIterable<Row>
  /** The row of the source that a row to write was made of. */
  originOf(row: Row): SourceRow | undefined
}

/**
 * Looks the table up, opens the source, and checks one against the other.
 *
 * @throws UsageError for columns that are not there; DataverseError for a table or a key that is not there
 */
export async function preparePush(
  environment: Environment,
  settings: PushSettings,
  signal: AbortSignal,
): Promise<PreparedPush> {
  const { client } = environment
  const resolver = createKeyResolver(client)
  const { logicalName, entitySet } = await describeTable(client, settings.table, { signal })
  const table = await resolver.metadata.table(logicalName, { signal })
  const source = await openSource(settings.source, signal)
  const mapping = mappingOf(table, source, settings)
  const key = [...settings.key]
  const translator = createRowTranslator(client, { table: logicalName, resolver, references: 'resolve', key })
  const { operation, batchSize } = settings
  const writer = createUpsertWriter(client, {
    ...settings.writer,
    entitySet,
    key,
    operation,
    batchSize,
    // What is there is read in bulk, so that only what differs is written, and a second run writes nothing.
    skipUnchanged: operation !== 'create',
    metadata: resolver.metadata,
  })
  const origins = new WeakMap<Row, SourceRow>()
  return {
    settings,
    table,
    source,
    resolver,
    writer,
    rows: (onRejected) =>
      translateRows(source.rows, {
        translator,
        mapping,
        signal,
        onRejected,
        onRow: (wire, origin) => origins.set(wire, origin),
      }),
    originOf: (row) => origins.get(row),
  }
}

/** Rows without a mapping go by their own names, so an object may have other members than the next one. */
function mappingOf(
  table: TableMetadata,
  { columns }: RowSource,
  { mapping, byName, defaults }: PushSettings,
): readonly ColumnMapping[] | undefined {
  if (mapping.length === 0 && columns === undefined) return undefined
  return planMapping(table, columns, { given: mapping, byName, defaults })
}
