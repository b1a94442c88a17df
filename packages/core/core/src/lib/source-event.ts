/** What one page was, for progress displays and statistics. */
export interface PageReport {
  /**
   * Which part of a read it belongs to. `catch-up` pages bring what changed under a snapshot; `guard` pages are read only for
   * the link at their end, and nobody gets their rows; `backfill` pages bring some columns, of all rows.
   */
  readonly phase: 'guard' | 'snapshot' | 'catch-up' | 'incremental' | 'backfill'
  /** Counted from 1 within this part. */
  readonly page: number
  /** In a `guard` page: everything in it, deletions too. */
  readonly upserted: number
  readonly deleted: number
  /** Bytes of the body as they came over the wire (compressed, as a rule). */
  readonly bytesReceived: number
  /** Bytes of the body once inflated. */
  readonly bodyBytes: number
}

/**
 * What happens while a source reads.
 *
 * | kind | said when |
 * |---|---|
 * | `page` | a page has come to its end |
 * | `retry` | a page broke off and is asked for again in `delayMs` |
 * | `expiring` | the source will soon have forgotten the checkpoint that the read began at |
 */
export type SourceEvent =
  | ({ readonly kind: 'page' } & PageReport)
  | { readonly kind: 'retry'; readonly error: Error; readonly attempt: number; readonly delayMs: number }
  | { readonly kind: 'expiring'; readonly expiresAt: Date; readonly remainingMs: number }
