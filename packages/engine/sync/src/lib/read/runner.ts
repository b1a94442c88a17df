import type { SyncState } from '@deltaverse/core'
import { abortableDelay } from '@deltaverse/core'
import { createStateKeeper, type StateKeeper } from '../commit/state-keeper.js'
import type { SyncSettings } from '../sync-options.js'
import { type HeldLease, takeLease } from './lease.js'
import { openTable, type TableSession } from './table-session.js'

/** Holds what a sync needs to run, and gets back what it has let go of. */
export interface Runner<Position, R extends object> {
  /** Takes the lease and opens the table where that is not done yet. */
  open(): Promise<TableSession<Position, R>>
  /** Reads once. @returns whether anything but a checkpoint came */
  read(): Promise<boolean>
  /** Waits; ends early with the caller's signal, or with the loss of the lease. */
  wait(ms: number): Promise<void>
  saved(): SyncState<Position> | undefined
  /** Closes the table behind a failure, so that it is opened afresh at what is saved. Keeps the lease, if it still is one. */
  letGo(): Promise<void>
  close(): Promise<void>
}

interface Held<Position> {
  readonly lease: HeldLease
  readonly keeper: StateKeeper<Position>
}

export function createRunner<Position, R extends object>(
  options: SyncSettings<Position, R>,
): Runner<Position, R> {
  const { name, clock, leaseWaitMs, onEvent, onStep } = options
  let held: Held<Position> | undefined
  let session: TableSession<Position, R> | undefined
  let saved: SyncState<Position> | undefined
  let { restart } = options

  async function hold(): Promise<Held<Position>> {
    // A new one for each lease: somebody else may rightly have worked on the state in between.
    const keeper = createStateKeeper(options)
    const lease = await takeLease(
      {
        name,
        acquire: keeper.acquire,
        waitMs: leaseWaitMs,
        onWait: (error) => onEvent({ kind: 'waiting-for-lease', error }),
        clock,
      },
      { signal: options.signal },
    )
    return { lease, keeper }
  }

  /** Whatever breaks because of an abort: it ended because it was told to. */
  async function whileHeld<T>(work: (held: Held<Position>) => Promise<T>): Promise<T> {
    options.signal?.throwIfAborted()
    if (held === undefined) {
      held = await hold()
      await onStep?.('lease-taken')
    }
    const { signal } = held.lease
    try {
      signal.throwIfAborted()
      return await work(held)
    } catch (error) {
      throw signal.aborted ? signal.reason : error
    }
  }

  async function open({ keeper, lease }: Held<Position>): Promise<TableSession<Position, R>> {
    session ??= await openTable({ ...options, restart }, keeper, lease)
    return session
  }

  async function closeSession(): Promise<void> {
    const closing = session
    session = undefined
    if (closing === undefined) return
    saved = closing.committer.saved()
    // What was asked for once is under way from its first commit on.
    if (closing.committer.commits() > 0) restart = false
    await closing.close()
  }

  async function release(): Promise<void> {
    const { lease } = held ?? {}
    held = undefined
    await lease?.release()
  }

  return {
    open: () => whileHeld(open),
    read: () => whileHeld(async (now) => (await open(now)).read()),
    wait: (ms) => whileHeld(({ lease }) => abortableDelay(clock, ms, lease.signal)),
    saved: () => session?.committer.saved() ?? saved,
    async letGo() {
      const isLost = held?.lease.signal.aborted === true
      await closeSession().catch(() => undefined)
      if (isLost) await release().catch(() => undefined)
    },
    async close() {
      try {
        await closeSession()
      } finally {
        await release()
      }
    },
  }
}
