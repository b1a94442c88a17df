import { basename } from 'node:path'
import { createFileCheckpointStore } from '@deltaverse/checkpoint-stores'
import type { DataverseClient } from '@deltaverse/client'
import type { Clock } from '@deltaverse/core'
import { type ChangeFeedOptions, createChangeFeed } from '@deltaverse/dataverse'
import {
  createFileSink,
  type FileEvent,
  type FilePosition,
  type FileSinkOptions,
  placeOf,
} from '@deltaverse/files'
import { type FollowOptions, type SyncEvent, sync } from '@deltaverse/sync'
import { describeError, type Terminal } from 'deltaverse/program'
import { createReadMeter, type Progress, type TableReport, tellNotice } from 'deltaverse/report'

export interface RunTableOptions {
  /** As the user calls it. */
  readonly name: string
  /** Folder of the data files and the checkpoint. */
  readonly directory: string
  readonly files: Pick<FileSinkOptions, 'mode' | 'compress'>
  /** What to read; the checkpoint comes from the folder. */
  readonly feed: Omit<ChangeFeedOptions, 'checkpoint' | 'restart' | 'clock'>
  readonly restart: boolean
  /** Which environment this is, where its host name does not tell. */
  readonly environmentId?: string | undefined
  readonly follow?: FollowOptions | undefined
  readonly commitBytes: number
  readonly maxDeleteShare: number
  /** How long to wait for another process that works on the table. */
  readonly lockWaitMs: number
  readonly clock: Clock
  readonly terminal: Terminal
  readonly progress: Progress
  readonly signal: AbortSignal
}

/** Reads one table and tells how it went; an error is part of the report. */
export async function runTable(client: DataverseClient, options: RunTableOptions): Promise<TableReport> {
  const { name, directory, terminal, progress, signal, clock } = options
  const { entitySet } = options.feed
  const meter = createReadMeter(() => clock.now())
  const setAside: string[] = []
  let read: TableReport['read']
  const onEvent = (notice: SyncEvent<FilePosition>): void => {
    if (notice.kind === 'reset') read = 'snapshot'
    else if (notice.kind === 'resumed')
      read = notice.checkpoint.phase === 'incremental' ? 'incremental' : 'snapshot'
    tellNotice(terminal, directory, entitySet, notice)
    meter.note(notice)
    progress.note(notice)
    terminal.progress(progress.line())
  }
  const onFileEvent = (event: FileEvent): void => {
    // It stops at a row that cannot be kept, so there is nothing else to tell of.
    if (event.kind !== 'set-aside') return
    const { path, keptAs } = event
    setAside.push(basename(keptAs))
    terminal.say(
      `${entitySet}: ${path} was there already and no checkpoint accounts for it; kept as ${basename(keptAs)}`,
    )
  }
  let error: unknown
  try {
    await sync({
      name: entitySet,
      source: createChangeFeed(meter.count(client), { ...options.feed, clock }),
      sink: createFileSink({ directory, name: entitySet, ...options.files, onEvent: onFileEvent }),
      checkpoints: createFileCheckpointStore({ directory }),
      restart: options.restart,
      environmentId: options.environmentId,
      follow: options.follow,
      commitBytes: options.commitBytes,
      maxDeleteShare: options.maxDeleteShare,
      leaseWaitMs: options.lockWaitMs,
      clock,
      signal,
      onEvent,
    })
  } catch (caught) {
    error = caught
  }
  const stopped = signal.aborted && error === signal.reason
  return {
    table: name,
    entitySet,
    ...(read === undefined ? {} : { read }),
    ...meter.figures(),
    ...(await placeOf(directory, entitySet)),
    ...(setAside.length === 0 ? {} : { setAside }),
    ...(error === undefined || stopped ? {} : { error: describeError(error) }),
  }
}
