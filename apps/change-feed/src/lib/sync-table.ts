import { join } from 'node:path'
import {
  type ChangeFeedOptions,
  createChangeFeed,
  type ExpiryNotice,
  type FollowOptions,
  type PageReport,
} from '@deltaverse/change-feed'
import type { Clock, DataverseClient } from '@deltaverse/client'
import type { ChangeEvent, Checkpoint, ResetEvent } from '@deltaverse/contract'
import { createCheckpointedWriter } from './checkpointed-writer.js'
import { createNdjsonFileSink, type FilePosition, type OutputFile } from './ndjson-file-sink.js'
import { readTableState, type TableState, writeTableState } from './table-state.js'

/** What happens while a table is read, for progress, reports and traces. */
export type SyncNotice =
  | { readonly kind: 'resumed'; readonly checkpoint: Checkpoint; readonly position: FilePosition }
  | { readonly kind: 'other-environment' }
  | ResetEvent
  | { readonly kind: 'changes'; readonly upserted: number; readonly deleted: number }
  | { readonly kind: 'page'; readonly report: PageReport }
  | { readonly kind: 'committed'; readonly checkpoint: Checkpoint; readonly position: FilePosition }
  | { readonly kind: 'set-aside'; readonly file: string; readonly keptAs: string }
  | { readonly kind: 'expiring'; readonly notice: ExpiryNotice }
  | { readonly kind: 'failed-poll'; readonly error: Error }

export interface SyncTableOptions {
  /** Folder of the data file and the state file; it must exist. */
  readonly directory: string
  /** What to read; the checkpoint comes from the state file. */
  readonly feed: Omit<ChangeFeedOptions, 'checkpoint' | 'onPage' | 'onExpiring' | 'clock'>
  /** Which environment this is, where its host name does not tell: the state of another one leads to a full read. */
  readonly environmentId?: string | undefined
  /** Goes on until the signal aborts. Default: reads once. */
  readonly follow?: Omit<FollowOptions, 'signal' | 'onError'> | undefined
  /** Fewest bytes of rows between two commits within a read, unless a second has passed. Default: 8 MiB. */
  readonly commitBytes?: number | undefined
  readonly onNotice: (notice: SyncNotice) => void
  readonly clock: Clock
  readonly signal?: AbortSignal | undefined
  readonly openFile?: ((path: string, flags: string) => Promise<OutputFile>) | undefined
}

/** Name of the state file of a table. */
export function stateFileOf(entitySet: string): string {
  return `${entitySet}.checkpoint.json`
}

/**
 * Reads one table's changes to its file, from where the state file says. Whenever it ends, in whatever way, the next call
 * goes on without a gap.
 */
export async function syncTable(client: DataverseClient, options: SyncTableOptions): Promise<void> {
  const { directory, signal, onNotice } = options
  const { entitySet } = options.feed
  const statePath = join(directory, stateFileOf(entitySet))
  const state = await readTableState(statePath)
  const isForeign = state?.checkpoint !== undefined && state.environmentId !== options.environmentId
  if (isForeign) onNotice({ kind: 'other-environment' })
  const restart = (options.feed.restart ?? false) || isForeign || state?.rereading === true
  const feed = createChangeFeed(client, {
    ...options.feed,
    restart: restart && state?.checkpoint !== undefined,
    checkpoint: state?.checkpoint,
    clock: options.clock,
    onPage: (report) => onNotice({ kind: 'page', report }),
    onExpiring: (notice) => onNotice({ kind: 'expiring', notice }),
  })
  const identity = options.environmentId === undefined ? {} : { environmentId: options.environmentId }
  const writer = createCheckpointedWriter({
    state,
    commitBytes: options.commitBytes,
    saveState: (next) => writeTableState(statePath, { ...next, ...identity }),
    createSink: (hooks) =>
      createNdjsonFileSink({
        directory,
        entitySet,
        owned: filesOf(state),
        openFile: options.openFile,
        onSetAside: (file, keptAs) => onNotice({ kind: 'set-aside', file, keptAs }),
        ...hooks,
      }),
    onCommitted: (checkpoint, position) => onNotice({ kind: 'committed', checkpoint, position }),
    now: () => options.clock.now(),
  })
  try {
    const position = restart ? undefined : positionOf(state)
    await writer.open(position)
    if (position !== undefined && state?.checkpoint !== undefined) {
      onNotice({ kind: 'resumed', checkpoint: state.checkpoint, position })
    }
    const batches =
      options.follow === undefined
        ? feed.batches({ signal })
        : feed.follow({
            ...options.follow,
            signal,
            onError: (error) => onNotice({ kind: 'failed-poll', error }),
          })
    for await (const batch of batches) {
      announce(batch, onNotice)
      await writer.write(batch)
      // Pages that were read ahead need not be written any more.
      signal?.throwIfAborted()
    }
  } finally {
    await writer.close()
  }
}

function filesOf(state: TableState | undefined): string[] {
  return [state?.file, state?.begun].filter((file) => file !== undefined)
}

function positionOf(state: TableState | undefined): FilePosition | undefined {
  return state?.checkpoint === undefined ? undefined : { file: state.file, bytes: state.committedBytes }
}

function announce(batch: readonly ChangeEvent[], onNotice: (notice: SyncNotice) => void): void {
  let upserted = 0
  let deleted = 0
  for (const event of batch) {
    if (event.kind === 'upserted') upserted += 1
    else if (event.kind === 'deleted') deleted += 1
    else if (event.kind === 'reset') onNotice(event)
  }
  if (upserted + deleted > 0) onNotice({ kind: 'changes', upserted, deleted })
}
