import type { Row } from '@deltaverse/core'
import { followTable, type TakeTurn } from './read/follow-table.js'
import type { SyncProgress } from './read/progress.js'
import { createProgressMeter, type ProgressMeter } from './read/progress-meter.js'
import { createRunner } from './read/runner.js'
import { type SyncSummary, tallyEvents } from './summary.js'
import type { SyncEvent } from './sync-event.js'
import { type ResolvedSync, resolveSync, type SyncOptions } from './sync-options.js'

/**
 * Brings what a source tells of its table to a sink, from where the saved state says, and saves how far it is. However it ends,
 * the next call goes on without a gap: rows first, then what the fingerprint store recorded, then the sink's commit, then the state.
 *
 * Resolves at the end of one read; with `follow`, never.
 *
 * @throws DataverseError `conflict` when somebody else works on this name, `sink-mismatch`, `too-many-deletions`,
 * `checkpoint-mismatch`, `checkpoint-invalid`, and those of the source and the sink; `signal.reason`
 */
export function sync<Position, R extends Row>(
  options: SyncOptions<Position, R>,
): Promise<SyncSummary<Position>> {
  return syncInTurn(options, (work) => work())
}

/** The same; each read waits for its turn. */
export async function syncInTurn<Position, R extends Row>(
  given: SyncOptions<Position, R>,
  takeTurn: TakeTurn,
): Promise<SyncSummary<Position>> {
  const resolved = resolveSync(given)
  const tallying = tallyEvents(resolved)
  const meter = createMeter(resolved)
  const onEvent = (event: SyncEvent<Position>): void => {
    tallying.onEvent(event)
    meter?.note(event)
  }
  const options = { ...resolved, onEvent }
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

function createMeter<Position, R extends Row>(options: ResolvedSync<Position, R>): ProgressMeter | undefined {
  const { source, progressMs: intervalMs, clock, onEvent, signal } = options
  if (intervalMs === undefined) return undefined
  const onProgress = (progress: SyncProgress): void => onEvent({ kind: 'progress', progress })
  return createProgressMeter({ source, intervalMs, clock, onProgress, signal })
}

function noState(): never {
  throw new Error('a read that came to its end has saved a state')
}
