import type { RequestCounts } from 'deltaverse/report'

/** A product that a dry run would touch. */
export interface PlannedProduct {
  readonly plan: 'create' | 'update' | 'deactivate' | 'rejected'
  readonly productnumber: string
  /** For `update`: the columns that differ. */
  readonly columns?: readonly string[]
  /** For `rejected`. */
  readonly reason?: string
}

/** What a sync did, or in a dry run would do. */
export interface SyncReport {
  /** Rows of the file, or dead letters. */
  readonly rows: number
  readonly created: number
  readonly updated: number
  readonly unchanged: number
  /** Rows that a later row of the same product took the place of. */
  readonly superseded: number
  readonly deactivated: number
  readonly failed: number
  readonly requests: RequestCounts
  readonly seconds: number
  /** Requests of a tool that reads every stored product and makes seven calls for each row. */
  readonly naiveRequests: number
  /** Why nothing was deactivated although products are gone. */
  readonly withheld?: string
  /** File of the rows that failed. */
  readonly deadLetters?: string
  /** Of a dry run. */
  readonly plan?: readonly PlannedProduct[]
}

/** What the whole run says at its end. */
export interface RunReport {
  readonly ok: boolean
  readonly exitCode: number
  readonly dryRun: boolean
  readonly runs: readonly (SyncReport & { readonly title: string })[]
  readonly error?: { readonly code: string; readonly message: string }
}
