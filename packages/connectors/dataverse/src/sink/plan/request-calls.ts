import type { HttpMethod } from '@deltaverse/client'
import type { ResponseError } from '@deltaverse/core'
import type { WriteStatus } from '../result/write-result.js'
import type { PendingRow } from '../row/pending-row.js'

/** One row's request, alone or as a part of a batch. */
export interface WireCall {
  readonly method: HttpMethod
  /** Relative to the service root. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  /** What a success means; a representation tells more (201 created, 200 updated). */
  readonly status: WriteStatus
}

/** How something else than a row is written by the ways of rows: batches, pauses, repeats. */
export interface RequestCalls {
  /** The request of one item. */
  callOf(item: PendingRow): WireCall
  /** The status that an error means after all, such as that of a pair which exists already; `undefined` for a failure. */
  statusOfError(item: PendingRow, error: ResponseError): WriteStatus | undefined
}
