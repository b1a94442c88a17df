import { resolve } from 'node:path'
import { createKeyResolver, type KeyResolver } from '@deltaverse/alternate-keys'
import {
  createUpsertWriter,
  describeTable,
  type RowTranslation,
  type UpsertWriter,
} from '@deltaverse/dataverse'
import type { TableMetadata } from '@deltaverse/metadata'
import type { Environment } from '../environment/open-environment.js'
import { UsageError } from '../program/usage-error.js'
import { openSource } from '../sources/open-source.js'
import type { RowSource, SourceRow } from '../sources/source-row.js'
import { checkOwnKey } from './check-own-key.js'
import { lookAtSource } from './partial-source.js'
import { checkKeyColumns, planMapping } from './plan-mapping.js'
import type { PushSettings } from './push-settings.js'
import { toColumns } from './to-columns.js'

/** Everything that a push needs, looked up and checked before the first row is written. */
export interface PreparedPush {
  readonly settings: PushSettings
  readonly table: TableMetadata
  readonly source: RowSource
  readonly resolver: KeyResolver
  /** Why nothing counts as missing in the source, although that was asked for. */
  readonly withheld?: string
  /** Takes the rows of the source as they are. */
  readonly writer: UpsertWriter<SourceRow>
}

const partial = 'dead letters are no complete source, so nothing that they do not hold counts as missing'

/**
 * Looks the table up, opens the source, and checks one against the other.
 *
 * @throws UsageError for columns that are not there; DataverseError for a table or a key that is not there
 */
export async function preparePush(
  environment: Environment,
  given: PushSettings,
  signal: AbortSignal,
): Promise<PreparedPush> {
  const { client } = environment
  if (given.deadLetters !== undefined && resolve(given.deadLetters) === resolve(given.source.path)) {
    throw new UsageError(
      `${given.deadLetters} is read, and cannot be written meanwhile: name another file for dead letters`,
    )
  }
  const resolver = createKeyResolver(client)
  const { logicalName, entitySet } = await describeTable(client, given.table, { signal })
  const table = await resolver.metadata.table(logicalName, { signal })
  checkKeyColumns(table, given.key)
  checkOwnKey(table, given.key)
  const { source, isPartial } = await lookAtSource(await openSource(given.source, signal))
  const settings = isPartial ? { ...given, missing: 'ignore' as const } : given
  const { operation, batchSize } = settings
  const writer = createUpsertWriter<SourceRow>(client, {
    ...settings.writer,
    entitySet,
    key: [...settings.key],
    operation,
    batchSize,
    // What is there is read in bulk, so that only what differs is written, and a second run writes nothing.
    skipUnchanged: operation !== 'create',
    metadata: resolver.metadata,
    translate: {
      ...translationOf(table, source, settings),
      resolver,
      valuesOf: ({ values }) => values,
      placeOf: ({ place }) => place,
    },
  })
  await prepareWriter(writer, signal)
  const isWithheld = isPartial && given.missing !== 'ignore'
  return { settings, table, source, resolver, writer, ...(isWithheld && { withheld: partial }) }
}

/** @throws UsageError for columns and look-ups that no row could pass */
async function prepareWriter(writer: UpsertWriter<SourceRow>, signal: AbortSignal): Promise<void> {
  try {
    await writer.prepare({ signal })
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message)
    throw error
  }
}

/** Rows without a mapping go by their own names, so an object may have other members than the next one. */
function translationOf(
  table: TableMetadata,
  { columns }: RowSource,
  { mapping, byName, defaults }: PushSettings,
): RowTranslation<SourceRow> {
  if (mapping.length === 0 && columns === undefined) return defaults
  const planned = planMapping(table, columns, { given: mapping, byName })
  return {
    // An empty cell of a file of text is nothing, unless somebody says otherwise.
    ...{ ...defaults, empty: defaults.empty ?? 'null' },
    columns: toColumns(planned),
    others: 'leave-out',
  }
}
