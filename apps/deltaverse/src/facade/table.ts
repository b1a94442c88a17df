import { createRowTranslator } from '@deltaverse/alternate-keys'
import type { DataverseClient } from '@deltaverse/client'
import type { CallOptions, Row } from '@deltaverse/core'
import { createChangeFeed, createUpsertWriter, describeTable, type WriteSummary } from '@deltaverse/dataverse'
import { createMetadataReader } from '@deltaverse/metadata'
import { type FollowOptions, type SyncEvent, type SyncSummary, sync } from '@deltaverse/sync'
import { selectColumns } from '../tables/select-columns.js'
import { openPlace, type Place } from './places.js'

export interface SyncToOptions extends CallOptions {
  /** Columns by logical name. Default: all. */
  readonly columns?: readonly string[] | undefined
  /** Goes on reading what changes until the signal aborts. Default: one read. */
  readonly follow?: FollowOptions | undefined
  readonly onEvent?: ((event: SyncEvent) => void) | undefined
}

export interface PushOptions extends CallOptions {
  /** Columns that name a row: those of an alternate key. */
  readonly key: readonly string[]
  /** Told of each row that was not written, with why. */
  readonly onFailed?: ((row: Row, why: string) => void | Promise<void>) | undefined
}

/** One table of an environment. */
export interface Table {
  /** Brings the table to a place: everything the first time, then what changed since. */
  syncTo(place: Place, options?: SyncToOptions): Promise<SyncSummary>
  /**
   * Writes rows in people's words (`ref()`, labels, dates as text): what is new or differs, and nothing else. A row that cannot be written
   * does not stop the others.
   */
  push(rows: Iterable<Row> | AsyncIterable<Row>, options: PushOptions): Promise<WriteSummary>
}

/** Rows that are translated together, so that the rows they point at are looked up together. */
const rowsAtOnce = 500

export function createTable(client: DataverseClient, name: string): Table {
  return {
    async syncTo(place, { columns, follow, onEvent, signal } = {}) {
      const { entitySet } = await describeTable(client, name, { signal })
      const metadata = createMetadataReader(client)
      const select = columns && selectColumns(await metadata.tableOfSet(entitySet, { signal }), columns)
      const { sink, checkpoints, release } = await openPlace(place, entitySet)
      try {
        return await sync({
          name: entitySet,
          source: createChangeFeed(client, { entitySet, select }),
          sink,
          checkpoints,
          follow,
          onEvent,
          signal,
        })
      } finally {
        await release()
      }
    },
    async push(rows, { key, onFailed, signal }) {
      const { entitySet, logicalName } = await describeTable(client, name, { signal })
      const translator = createRowTranslator(client, { table: logicalName, references: 'resolve', key })
      const writer = createUpsertWriter(client, { entitySet, key, skipUnchanged: true })
      let rejected = 0
      const origins = new WeakMap<Row, Row>()
      const translate = async function* (batch: readonly Row[]): AsyncGenerator<Row, void, undefined> {
        const translated = await translator.toWireRows(batch, { signal })
        for (const [at, result] of translated.entries()) {
          const origin = batch[at] as Row
          if (result.status === 'translated') {
            const wire = result.row as Row
            origins.set(wire, origin)
            yield wire
            continue
          }
          rejected += 1
          await onFailed?.(origin, result.error.message)
        }
      }
      const summary = await writer.write(inBatches(rows, translate), {
        signal,
        async onEvent(event) {
          if (event.kind !== 'row-failed') return
          const { row, error } = event.result
          await onFailed?.(origins.get(row) ?? row, error?.message ?? 'it was not sent')
        },
      })
      return { ...summary, rows: summary.rows + rejected, failed: summary.failed + rejected }
    },
  }
}

async function* inBatches(
  rows: Iterable<Row> | AsyncIterable<Row>,
  translate: (batch: readonly Row[]) => AsyncIterable<Row>,
): AsyncGenerator<Row, void, undefined> {
  let batch: Row[] = []
  for await (const row of rows) {
    if (batch.push(row) < rowsAtOnce) continue
    yield* translate(batch)
    batch = []
  }
  yield* translate(batch)
}
