import { followTable, type TakeTurn } from './read/follow-table.js'
import type { SyncProgress } from './read/progress.js'
import { createProgressMeter, type ProgressMeter } from './read/progress-meter.js'
import { createRunner } from './read/runner.js'
import { type SyncSummary, tallyEvents } from './summary.js'
import type { SyncEvent } from './sync-event.js'
import { type SyncOptions, type SyncSettings, toSyncSettings } from './sync-options.js'

/**
 * Brings what a source tells of its table to a sink, from where the saved state says, and saves how far it is. However it ends,
 * the next call goes on without a gap: rows first, then what the fingerprint store recorded, then the sink's commit, then the state.
 *
 * Resolves at the end of one read; with `follow`, never.
 *
 * @throws DataverseError `conflict` when somebody else works on this name, `sink-mismatch`, `too-many-deletions`,
 * `checkpoint-mismatch`, `checkpoint-invalid`, and those of the source and the sink; `signal.reason`
 */
export function sync<Position, R extends object>(
  options: SyncOptions<Position, R>,
): Promise<SyncSummary<Position>> {
  return syncInTurn(options, (work) => work())
}

/** The same; each read waits for its turn. */
export async function syncInTurn<Position, R extends object>(
  given: SyncOptions<Position, R>,
  takeTurn: TakeTurn,
): Promise<SyncSummary<Position>> {
  const settings = toSyncSettings(given)
  const tallying = tallyEvents(settings)
  const meter = createMeter(settings)
  const onEvent = (event: SyncEvent<Position>): void => {
    tallying.onEvent(event)
    meter?.note(event)
  }
  const options = { ...settings, onEvent }
  const runner = createRunner(options)
  try {
    await closeAfter(runner, async () => {
      if (options.follow !== undefined) await followTable(runner, options, options.follow, takeTurn)
      else await takeTurn(() => runner.read())
    })
  } finally {
    meter?.stop()
  }
  const { rows, checkpoint, position } = runner.saved() ?? noState()
  return { ...tallying.figures(), ...(rows !== undefined && { rows }), checkpoint, position }
}

/** Closes whatever happens; what went wrong before counts for more than what goes wrong then. */
export async function closeAfter<T>(closing: { close(): Promise<void> }, work: () => Promise<T>): Promise<T> {
  let result: T
  try {
    result = await work()
  } catch (error) {
    await closing.close().catch(() => undefined)
    throw error
  }
  await closing.close()
  return result
}

function createMeter<Position, R extends object>(
  options: SyncSettings<Position, R>,
): ProgressMeter | undefined {
  const { source, progress, clock, onEvent, signal } = options
  if (progress === undefined) return undefined
  const onProgress = (seen: SyncProgress): void => onEvent({ kind: 'progress', progress: seen })
  return createProgressMeter({ source, intervalMs: progress.intervalMs, clock, onProgress, signal })
}

function noState(): never {
  throw new Error('a read that came to its end has saved a state')
}
