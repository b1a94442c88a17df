import type { Pool } from 'pg'

/** Where tables lie: a schema of the database that a pool connects to. */
export interface PostgresPlace {
  readonly pool: Pool
  readonly schema: string
  /** How long a statement waits for a lock that somebody else has; 0 without end. */
  readonly busyWaitMs: number
  /** How long a session of ours may stand still in a transaction. */
  readonly staleAfterMs: number
}
