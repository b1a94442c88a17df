import type { GovernorEvent } from '@deltaverse/client'
import type { ResetReason, SinkNotice } from '@deltaverse/core'
import type { SyncProgress } from '@deltaverse/sync'
import type { CommandReport } from '../command-line/command-report.js'

/** What is said of an error. */
export interface ToldError {
  readonly code: string
  readonly message: string
}

interface Wait {
  readonly delayMs: number
  /** Milliseconds since 1970. */
  readonly untilMs: number
}

/** What happens to a table while it is brought out; `table` is its entity set. */
export type PullEvent = { readonly table: string } & (
  | { readonly kind: 'waiting-for-lease'; readonly error: ToldError }
  | {
      readonly kind: 'resumed'
      readonly phase: 'snapshot' | 'incremental'
      readonly epoch: number
      /** When the service gave the token that the read goes on from: ISO 8601. */
      readonly issuedAt: string
      readonly expiresAt?: string
    }
  /** The sink met something: a row that it cannot keep, somebody whom it waits for. */
  | { readonly kind: 'sink-notice'; readonly what: SinkNotice['kind']; readonly text: string }
  | { readonly kind: 'other-environment' }
  | { readonly kind: 'fingerprint-rebuild'; readonly why: 'new' | 'lost' | 'removed' }
  | {
      readonly kind: 'columns-added'
      readonly columns: readonly string[]
      readonly filled: 'by-backfill' | 'by-snapshot'
      readonly why?: string
    }
  | { readonly kind: 'backfilled'; readonly rows: number; readonly bytes: number }
  | { readonly kind: 'columns-filled'; readonly columns: readonly string[] }
  | { readonly kind: 'reset'; readonly reason: ResetReason; readonly epoch: number }
  | {
      readonly kind: 'page'
      readonly phase: 'guard' | 'snapshot' | 'catch-up' | 'incremental' | 'backfill'
      readonly page: number
      readonly upserted: number
      readonly deleted: number
      readonly bytesReceived: number
      readonly bodyBytes: number
    }
  /** A page broke off and is asked for again. */
  | {
      readonly kind: 'page-retry'
      readonly attempt: number
      readonly of: number
      readonly delayMs: number
      readonly error: ToldError
    }
  | {
      readonly kind: 'changes'
      readonly upserted: number
      readonly deleted: number
      readonly unchanged: number
      readonly bytes: number
    }
  | { readonly kind: 'deriving'; readonly deletions: number }
  | { readonly kind: 'complete'; readonly epoch: number; readonly rows: number }
  | {
      readonly kind: 'committed'
      readonly phase: 'snapshot' | 'incremental'
      readonly epoch: number
      readonly issuedAt: string
      readonly expiresAt?: string
    }
  | { readonly kind: 'expiring'; readonly expiresAt: string; readonly remainingMs: number }
  | ({ readonly kind: 'failed-poll'; readonly error: ToldError } & Wait)
  | ({ readonly kind: 'waiting' } & Wait)
  | { readonly kind: 'progress'; readonly progress: SyncProgress }
  /** One read of the table is over: all that had changed is there. */
  | {
      readonly kind: 'read-ended'
      readonly read: 'snapshot' | 'incremental'
      readonly upserted: number
      readonly deleted: number
      readonly seconds: number
    }
)

/** What happens to a table while rows are written into it; `table` is its logical name. */
export type PushEvent = { readonly table: string } & (
  | {
      readonly kind: 'rows-settled'
      readonly rows: number
      readonly failed: number
      readonly rowsPerSecond: number
    }
  /** A row was not written. Its values are in the dead letters and nowhere else. */
  | {
      readonly kind: 'row-failed'
      readonly code: string
      readonly message: string
      readonly file?: string
      readonly line?: number
    }
)

/** What happens to a table while it is compared with what a sink holds of it; `table` is its entity set. */
export type VerifyTableEvent = {
  readonly kind: 'listed'
  readonly table: string
  readonly side: 'sink' | 'table'
  readonly rows: number
}

/** What happens to a table, whichever way its rows go. */
export type TableEvent = PullEvent | PushEvent | VerifyTableEvent

/** What happens to requests. */
export type RequestEvent =
  | ({
      readonly kind: 'retry'
      /** The attempt that comes, counted from 1. */
      readonly attempt: number
      /** How many there are at most; absent for waits that the service asks for, which are not counted. */
      readonly of?: number
      readonly method: string
      /** From the service root on, without a query. */
      readonly url: string
      readonly error: ToldError
    } & Wait)
  | GovernorEvent

/**
 * Everything that happens in a run, as `--events` writes it: a line of JSON each, with `at`, the time.
 *
 * | kind | said when |
 * |---|---|
 * | `run-began`, `run-ended` | first and last |
 * | `job-began`, `job-ended`, `job-due` | jobs of a job file; `job-due` tells when it is run next |
 * | `table-began`, `table-ended` | a table is worked on |
 * | `said` | a line that people read, and that no other event says |
 * | `heartbeat` | now and then: nothing else need have happened |
 * | the others | {@link PullEvent}, {@link PushEvent}, {@link VerifyTableEvent}, {@link RequestEvent} |
 */
export type RunEvent =
  | { readonly kind: 'run-began'; readonly command: string }
  /** `report` is what `--json` prints. */
  | {
      readonly kind: 'run-ended'
      readonly ok: boolean
      readonly exitCode: number
      readonly report: CommandReport
    }
  | { readonly kind: 'job-began'; readonly job: string }
  | {
      readonly kind: 'job-ended'
      readonly job: string
      readonly ok: boolean
      readonly exitCode: number
      readonly error?: ToldError
    }
  | { readonly kind: 'job-due'; readonly job: string; readonly untilMs: number }
  | {
      readonly kind: 'table-began'
      readonly table: string
      readonly way: 'pull' | 'push' | 'verify'
      /** Where rows come from or go to, as a person calls it; without secrets. */
      readonly place: string
    }
  | { readonly kind: 'table-ended'; readonly table: string; readonly error?: ToldError }
  | TableEvent
  | RequestEvent
  | { readonly kind: 'heartbeat'; readonly tables: readonly string[] }
  | { readonly kind: 'said'; readonly level: WordsLevel; readonly text: string }

/** `warn` is what went wrong, `trace` what only `--trace` shows. */
export type WordsLevel = 'trace' | 'info' | 'warn'

/** What people read of an event. */
export interface EventWords {
  readonly level: WordsLevel
  readonly text: string
}
