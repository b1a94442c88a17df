import type { DataverseError, Row } from '@deltaverse/core'
import type { BulkMessage } from '@deltaverse/protocol'
import type { FailedRow, NotRunRow, WriteResult } from './write-result.js'

/** What became of one row. */
export type RowEvent<R extends object = Row> =
  /** It was not written: its status is `failed` or `not-run`. */
  | { readonly kind: 'row-failed'; readonly result: FailedRow<R> | NotRunRow<R> }
  /** It was written, or nothing had to be. Told only where `everyRow` asks for it. */
  | { readonly kind: 'row-done'; readonly result: WriteResult<R> }

/** What happens on the way, and changes no result by itself. */
export type RunEvent =
  /** Rows are sent again, as they are or in another way, after this error, of several the first. Told before any wait. */
  | { readonly kind: 'retry'; readonly rows: number; readonly error: DataverseError }
  /** The table has this bulk message, but it does not work: it is not tried again, rows go as batches. */
  | { readonly kind: 'bulk-given-up'; readonly message: BulkMessage; readonly error: DataverseError }
  /** A bind of null did not clear a look-up: from then on look-ups are cleared by `nav: null`. */
  | { readonly kind: 'clearing-changed'; readonly reason: 'ignored' | 'refused' }

/** Everything that a writer tells. */
export type WriteEvent<R extends object = Row> = RowEvent<R> | RunEvent

/** Takes events. Awaited: the part of the run that the event comes from goes on afterwards. One that throws ends the run with what it threw. */
export type TakeEvents<Event> = (event: Event) => void | Promise<void>
