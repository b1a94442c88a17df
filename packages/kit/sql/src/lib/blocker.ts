import type { SqlConnection } from './connection.js'

/** Somebody whose locks a statement of ours waits for. */
export interface Blocker {
  /** What the database knows it by: the number of its session. */
  readonly session: number
  /** As it calls itself, and the user that it is signed in as. */
  readonly holder: string
  /** What it does, in words: `stands still in a transaction`, `runs a statement`. */
  readonly doing: string
  /** Since when it does that: ISO 8601, UTC. */
  readonly since: string
  /**
   * Whether it is a session of ours that has stood still for so long that the process behind it cannot be at work: ending it
   * rolls back what it had not committed.
   */
  readonly isStale: boolean
}

/** Who is waited for. Absent in a dialect whose waits cannot be looked into. */
export interface SqlWaits<C extends SqlConnection = SqlConnection> {
  /** How long a statement may take before somebody looks, and how often they look from then on. */
  readonly lookEveryMs: number
  /** Of a connection whose statement is waiting; asked by another one. */
  blockers(connection: C): Promise<readonly Blocker[]>
  /** Ends a session that is stale. */
  end(blocker: Blocker): Promise<void>
}
