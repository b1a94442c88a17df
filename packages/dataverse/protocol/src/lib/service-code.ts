/** What can be done about an error, in the words of `ErrorCode` of `@deltaverse/core`. */
export type ServiceErrorClass =
  | 'throttled'
  | 'unavailable'
  | 'service-failed'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'row-rejected'
  | 'bad-request'
  | 'bad-response'
  | 'delta-token-expired'
  | 'change-tracking-disabled'

/** What is known of one service code. */
export interface ServiceCode {
  /** Name in Microsoft's list of Web service error codes, where we know it. */
  readonly name?: string
  readonly errorClass: ServiceErrorClass
  /** Whether the same request can succeed later without a change. */
  readonly retryable: boolean
  /** The code hides passing and lasting causes alike: try again once or twice, not more. */
  readonly ambiguous?: boolean
  /** What to do next, as a sentence. */
  readonly advice?: string
}

/** A judgement on an error answer. */
export interface ErrorVerdict {
  readonly errorClass: ServiceErrorClass
  readonly retryable: boolean
  /** Worth another try or two, but not more. */
  readonly ambiguous: boolean
  readonly name?: string
  readonly advice?: string
}
