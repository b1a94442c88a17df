import type { ResponseHeaders } from '../../transport/response.js'

/** An answer as a governor sees it. */
export interface Answer {
  readonly status: number
  readonly headers: ResponseHeaders
  /** From the sending to the headers, in milliseconds. */
  readonly elapsedMs?: number | undefined
  /** Requests under way when it was sent, this one included. Default: those at its end. */
  readonly inFlightAtStart?: number | undefined
  /** Requests of one kind take a similar time for each unit. */
  readonly kind: string
  /** Rows, or whatever the time of a request of this kind grows with; above 0. */
  readonly units: number
}
