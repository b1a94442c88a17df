import type { DataverseError } from '@deltaverse/core'
import type { GovernorEvent } from './governor/report/governor-event.js'
import type { OutgoingRequest } from './transport/request.js'

/** A request failed and is sent again. */
export interface RetryEvent {
  readonly kind: 'retry'
  /** The attempt that failed, counted from 1. */
  readonly attempt: number
  readonly delayMs: number
  /** When it is sent again at the earliest; milliseconds since 1970, by the client's clock. */
  readonly untilMs: number
  readonly error: DataverseError
  readonly request: OutgoingRequest
}

/**
 * What happens while a client sends requests.
 *
 * | kind | said when |
 * |---|---|
 * | `retry` | a request failed and is sent again, before the wait |
 * | `ceiling-changed`, `gate-closed`, `gate-opened`, `waited` | what its governors do, shared ones included: {@link GovernorEvent} |
 */
export type ClientEvent = RetryEvent | GovernorEvent
