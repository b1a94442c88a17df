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
      const { entitySet } = await describeTable(client, name, { signal })
      const writer = createUpsertWriter(client, { entitySet, key, skipUnchanged: true, translate: true })
      return await writer.write(rows, {
        signal,
        async onEvent(event) {
          if (event.kind !== 'row-failed') return
          const { row, error } = event.result
          await onFailed?.(row, error?.message ?? 'it was not sent')
        },
      })
    },
  }
}
