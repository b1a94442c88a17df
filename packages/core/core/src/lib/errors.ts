/**
 * What a caller can do about an error, as a closed list. Branch on this, never on a message.
 *
 * | code | what it asks for |
 * |---|---|
 * | `throttled` | wait `retryAfterMs`, then again |
 * | `unavailable` | the service or the database behind it is busy or down: again later |
 * | `service-failed` | the service failed on this very request and would again: report it with the `requestId` |
 * | `no-response` | nothing came back (connection refused, reset, timed out): again later |
 * | `bad-response` | the answer is not what the protocol says; the message names the place |
 * | `record-too-large` | one row exceeds the limit set: raise the limit or select fewer columns |
 * | `unauthorized` | no valid token: check the credential |
 * | `forbidden` | the token is fine, the rights are not |
 * | `not-found` | no such row, key or address |
 * | `conflict` | somebody else's version or key is in the way |
 * | `row-rejected` | the data of this row breaks a rule of the service: mend the row |
 * | `bad-request` | the request itself is wrong: mend the call |
 * | `delta-token-expired` | the delta token is dead: full read |
 * | `change-tracking-disabled` | switch change tracking on for the table |
 * | `change-tracking-not-applied` | the service ignored the request to track: see the message |
 * | `checkpoint-mismatch` | the checkpoint belongs to another table, column list or environment |
 * | `checkpoint-invalid` | the checkpoint cannot be read |
 * | `sink-failed` | the place that rows go to does not take them (disk full, no rights, connection lost): mend it, nothing is lost |
 * | `sink-mismatch` | what the sink holds is not what the saved state says: see the message |
 * | `too-many-deletions` | a safety stop: look, then allow them |
 * | `insecure-url` | a token would travel in clear: use https |
 * | `bad-input` | text from the user is not what was asked for; the message names line or position |
 */
export type ErrorCode =
  | 'throttled'
  | 'unavailable'
  | 'service-failed'
  | 'no-response'
  | 'bad-response'
  | 'record-too-large'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'row-rejected'
  | 'bad-request'
  | 'delta-token-expired'
  | 'change-tracking-disabled'
  | 'change-tracking-not-applied'
  | 'checkpoint-mismatch'
  | 'checkpoint-invalid'
  | 'sink-failed'
  | 'sink-mismatch'
  | 'too-many-deletions'
  | 'insecure-url'
  | 'bad-input'

export interface DataverseErrorOptions {
  readonly code: ErrorCode
  /** Whether the same call can succeed later without a change. Default: `false`. */
  readonly retryable?: boolean | undefined
  readonly cause?: unknown
}

// Registered symbols, so that two installed copies of this package recognise each other's errors.
const dataverseErrorBrand: unique symbol = Symbol.for('deltaverse.DataverseError')
const responseErrorBrand: unique symbol = Symbol.for('deltaverse.ResponseError')

/** The one error of this house: `code` says what can be done, the message what failed and what to do next. */
export class DataverseError extends Error {
  override readonly name: string = 'DataverseError'
  readonly code: ErrorCode
  readonly retryable: boolean

  constructor(message: string, options: DataverseErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = options.code
    this.retryable = options.retryable ?? false
    Object.defineProperty(this, dataverseErrorBrand, { value: true })
  }
}

export interface ResponseErrorOptions extends DataverseErrorOptions {
  /** HTTP status. */
  readonly status: number
  /** Dataverse's own code in lower case, `0x80060891`; absent when the body held none. */
  readonly serviceCode?: string | undefined
  /** `x-ms-service-request-id`, which Microsoft's support asks for. */
  readonly requestId?: string | undefined
  /** How long the service asked to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined
  /**
   * How often the request may have been carried out, this answer included. Above 1 an earlier attempt may have done what
   * was asked, so that a repeated DELETE finds nothing (404) or a repeated conditional write meets its own effect (412).
   * Attempts that the service refused to begin (429) and those that never left are not counted. Absent: not known.
   */
  readonly attempts?: number | undefined
  readonly method: string
  readonly url: string
  /** The body as text. Kept out of enumeration, so that it does not land in logs. */
  readonly body?: string | undefined
}

/** The service answered, and the answer is an error. */
export class ResponseError extends DataverseError {
  override readonly name: string = 'ResponseError'
  readonly status: number
  readonly serviceCode: string | undefined
  readonly requestId: string | undefined
  readonly retryAfterMs: number | undefined
  /** How often the request may have been carried out, this answer included; see {@link ResponseErrorOptions.attempts}. */
  readonly attempts: number | undefined
  readonly method: string
  readonly url: string
  /** The body of the answer as text; not enumerable. */
  declare readonly body: string | undefined

  constructor(message: string, options: ResponseErrorOptions) {
    super(message, options)
    this.status = options.status
    this.serviceCode = options.serviceCode
    this.requestId = options.requestId
    this.retryAfterMs = options.retryAfterMs
    this.attempts = options.attempts
    this.method = options.method
    this.url = options.url
    Object.defineProperty(this, 'body', { value: options.body, enumerable: false })
    Object.defineProperty(this, responseErrorBrand, { value: true })
  }
}

/** Whether a value is a {@link DataverseError}, of this or another installed copy. */
export function isDataverseError(value: unknown): value is DataverseError {
  return typeof value === 'object' && value !== null && dataverseErrorBrand in value
}

/** Whether a value is a {@link ResponseError}, of this or another installed copy. */
export function isResponseError(value: unknown): value is ResponseError {
  return typeof value === 'object' && value !== null && responseErrorBrand in value
}
