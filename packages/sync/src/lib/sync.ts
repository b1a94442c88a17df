import type { Row } from '@deltaverse/contract'
import { takeLease } from './lease.js'
import { type ResolvedSync, resolveSync, type SyncOptions } from './options.js'
import { createStateKeeper, type StateKeeper } from './state-keeper.js'
import { type SyncSummary, tallyNotices } from './summary.js'
import { openTable } from './table-session.js'

/**
 * Brings what a feed tells of its table to a sink, from where the saved state says, and saves how far it is. However it ends,
 * the next call goes on without a gap: rows first, then what the ledger recorded, then the sink's commit, then the state.
 *
 * @throws DataverseError `conflict` when somebody else works on this name, `sink-mismatch`, `too-many-deletions`,
 * `checkpoint-mismatch`, `checkpoint-invalid`, and those of the feed and the sink; `signal.reason`
 */
export async function sync<Position, R extends Row>(
  options: SyncOptions<Position, R>,
): Promise<SyncSummary<Position>> {
  const resolved = resolveSync(options)
  const tallying = tallyNotices(resolved)
  return runUnderLease({ ...resolved, onNotice: tallying.onNotice }, async (counted, keeper, signal) => {
    const session = await openTable(counted, keeper, { signal })
    try {
      await session.read()
    } finally {
      await session.close()
    }
    const { rows, checkpoint, position } = session.committer.saved() ?? noState()
    return { ...tallying.figures(), ...(rows !== undefined && { rows }), checkpoint, position }
  })
}

type Work<Position, R extends Row, T> = (
  options: ResolvedSync<Position, R>,
  keeper: StateKeeper<Position>,
  signal: AbortSignal,
) => Promise<T>

/** Takes the lease before anything else is touched, and gives it back whatever happens. */
export async function runUnderLease<Position, R extends Row, T>(
  options: ResolvedSync<Position, R>,
  work: Work<Position, R, T>,
): Promise<T> {
  const { name, clock, waitForLeaseMs, onNotice, onStep } = options
  options.signal?.throwIfAborted()
  const keeper = createStateKeeper(options)
  const lease = await takeLease(
    {
      name,
      acquire: keeper.acquire,
      waitMs: waitForLeaseMs,
      onWait: (error) => onNotice({ kind: 'waiting-for-lease', error }),
      clock,
    },
    { signal: options.signal },
  )
  try {
    await onStep?.('lease-taken')
    return await work(options, keeper, lease.signal)
  } catch (error) {
    // Whatever broke because of it: it ended because it was told to.
    throw lease.signal.aborted ? lease.signal.reason : error
  } finally {
    await lease.release()
  }
}

function noState(): never {
  throw new Error('a read that came to its end has saved a state')
}
