import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock, DataverseClient } from '@deltaverse/client'
import { describeError } from './describe-error.js'
import { tellNotice } from './describe-notice.js'
import { acquireFileLock } from './file-lock.js'
import type { Progress } from './progress.js'
import { createReadMeter } from './read-meter.js'
import { type SyncNotice, type SyncTableOptions, stateFileOf, syncTable } from './sync-table.js'
import type { TableReport } from './table-report.js'
import { readTableState } from './table-state.js'
import type { Terminal } from './terminal.js'

export interface RunTableOptions extends Omit<SyncTableOptions, 'onNotice' | 'clock'> {
  /** As the user calls it. */
  readonly name: string
  readonly clock: Clock
  /** How long to wait for another process that works on the table. */
  readonly lockWaitMs: number
  readonly terminal: Terminal
  readonly progress: Progress
}

/** Reads one table and tells how it went; an error is part of the report. One process at a time works on a table. */
export async function runTable(client: DataverseClient, options: RunTableOptions): Promise<TableReport> {
  const { name, directory, terminal, progress, signal, clock } = options
  const { entitySet } = options.feed
  const meter = createReadMeter(() => clock.now())
  const setAside: string[] = []
  let read: TableReport['read']
  const onNotice = (notice: SyncNotice): void => {
    if (notice.kind === 'reset') read = 'full-read'
    else if (notice.kind === 'resumed') read = notice.checkpoint.phase === 'delta' ? 'delta' : 'full-read'
    else if (notice.kind === 'set-aside') setAside.push(notice.keptAs)
    tellNotice(terminal, directory, entitySet, notice)
    meter.note(notice)
    progress.note(notice)
    terminal.progress(progress.line())
  }
  let error: unknown
  try {
    const lock = await acquireFileLock(
      join(directory, `${entitySet}.lock`),
      `${entitySet} in the folder ${directory}`,
      {
        waitMs: options.lockWaitMs,
        clock,
        signal,
        onWait: (holder) => terminal.say(`${entitySet}: waiting for ${holder}, which works on it`),
      },
    )
    try {
      await syncTable(meter.count(client), { ...options, onNotice })
    } finally {
      await lock.release()
    }
  } catch (caught) {
    error = caught
  }
  const stopped = signal?.aborted === true && error === signal.reason
  return {
    table: name,
    entitySet,
    ...(read === undefined ? {} : { read }),
    ...meter.figures(),
    ...(await describePlace(directory, entitySet)),
    ...(setAside.length === 0 ? {} : { setAside }),
    ...(error === undefined || stopped ? {} : { error: describeError(error) }),
  }
}

/** Where the table stands, by its state file. */
async function describePlace(directory: string, entitySet: string): Promise<Partial<TableReport>> {
  const checkpointFile = join(directory, stateFileOf(entitySet))
  const state = await readTableState(checkpointFile).catch(() => undefined)
  if (state === undefined) return {}
  const earlierFiles = (await readdir(directory))
    .filter((file) => isDataFile(entitySet, file) && file !== state.file)
    .map((file) => join(directory, file))
    .sort()
  return {
    ...(state.checkpoint && { generation: state.checkpoint.generation, phase: state.checkpoint.phase }),
    file: join(directory, state.file),
    checkpointFile,
    ...(earlierFiles.length === 0 ? {} : { earlierFiles }),
  }
}

function isDataFile(entitySet: string, file: string): boolean {
  if (!file.startsWith(`${entitySet}.`)) return false
  return /^(?:generation-\d+\.)?ndjson$/.test(file.slice(entitySet.length + 1))
}
