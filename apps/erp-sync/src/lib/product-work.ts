import type { Row } from '@deltaverse/core'
import type { UpsertWriter } from '@deltaverse/dataverse'
import type { SyncReport } from './sync-report.js'

export type Counts = Omit<SyncReport, 'requests' | 'seconds' | 'naiveRequests' | 'withheld'>

/** A night's work, ready to be planned or written. */
export interface ProductWork {
  readonly writers: ProductWriters
  readonly rows: AsyncIterable<Row>
  readonly gone: readonly Row[]
  readonly signal: AbortSignal
}

/** Writers for the two things that a night asks for. */
export interface ProductWriters {
  readonly upsert: UpsertWriter
  readonly deactivate: UpsertWriter
}
