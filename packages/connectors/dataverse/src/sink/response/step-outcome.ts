import type { DataverseError } from '@deltaverse/core'
import type { PendingRow } from '../row/pending-row.js'
import type { RowAnswer } from './row-answer.js'

/** How one request of a row ended. */
export type StepOutcome =
  | Extract<RowAnswer, { kind: 'done' }>
  | { readonly kind: 'failed'; readonly error: DataverseError }

export type TakeOutcome = (row: PendingRow, outcome: StepOutcome) => void
