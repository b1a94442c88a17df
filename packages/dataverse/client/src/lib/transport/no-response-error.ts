import { DataverseError } from '@deltaverse/core'
import { hideQuery } from '@deltaverse/protocol'

/** What a failed exchange was about, for messages. */
export interface Exchange {
  readonly method: string
  readonly url: string
}

const maxUrlLength = 1_000

/** `GET https://…` for a message, without the query. */
export function describeExchange({ method, url }: Exchange): string {
  const shown = hideQuery(url)
  return `${method} ${shown.length > maxUrlLength ? `${shown.slice(0, maxUrlLength)}…` : shown}`
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was closed',
  EPIPE: 'the connection was closed',
  ENOTFOUND: 'the host name is not known: check the URL and the name server',
  EAI_AGAIN: 'the name server did not answer',
  ENETUNREACH: 'the network is not reachable',
  EHOSTUNREACH: 'the host is not reachable',
  ETIMEDOUT: 'the connection timed out',
  UND_ERR_SOCKET: 'the connection was closed',
  UND_ERR_CONNECT_TIMEOUT: 'no connection within connectTimeoutMs',
  UND_ERR_HEADERS_TIMEOUT: 'no answer within headersTimeoutMs',
  UND_ERR_BODY_TIMEOUT: 'the body stalled for bodyTimeoutMs',
  Z_BUF_ERROR: 'the compressed body ended early',
}

// Nothing changes by itself here: a certificate that is not trusted today is not trusted in a minute either.
const permanentCode =
  /^(?:ERR_TLS_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_SSL_|HOSTNAME_MISMATCH|EPROTO)/

/**
 * Turns what the transport threw into an error of this house. An abort passes through as the caller's own reason, a wrong
 * argument as a `TypeError`.
 */
export function toTransportError(
  cause: unknown,
  exchange: Exchange,
  signal: AbortSignal | undefined,
): unknown {
  if (signal?.aborted) return signal.reason
  if (cause instanceof DataverseError || cause instanceof TypeError) return cause
  const code = codeOf(cause)
  if (code === 'UND_ERR_INVALID_ARG') {
    return new TypeError(`${describeExchange(exchange)} cannot be sent: ${messageOf(cause)}`, { cause })
  }
  if (code === 'UND_ERR_CLOSED' || code === 'UND_ERR_DESTROYED') {
    return noResponse(exchange, 'the client is closed', false, cause)
  }
  const permanent = permanentCode.test(code)
  const reason = permanent
    ? `the TLS connection failed (${code}): check the certificate and, for an own authority, pass a dispatcher with its ca`
    : (reasons[code] ?? `the connection failed (${code === '' ? messageOf(cause) : code})`)
  return noResponse(exchange, reason, !permanent, cause)
}

/** The body stopped before its end, so what came of it must not be used. */
export function toBodyError(cause: unknown, exchange: Exchange, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) return signal.reason
  if (cause instanceof DataverseError) return cause
  const code = codeOf(cause)
  if (/^Z_DATA_ERROR|^ERR__ERROR_FORMAT|^ERR_/.test(code) && !/PREMATURE/.test(code)) {
    return new DataverseError(
      `The body of ${describeExchange(exchange)} cannot be decompressed (${code}). Ask again.`,
      { code: 'bad-response', retryable: true, cause },
    )
  }
  const reason = code === 'UND_ERR_BODY_TIMEOUT' ? reasons[code] : 'the body ended early'
  return noResponse(exchange, reason ?? code, true, cause)
}

const neverSent: unique symbol = Symbol('neverSent')

/** Notes on an error that it came up before the request went out. */
export function markNeverSent(error: unknown): void {
  if (error instanceof DataverseError) Object.defineProperty(error, neverSent, { value: true })
}

/** Whether an attempt ended before anything was sent: there was no token, or no connection came about. */
export function wasNeverSent(error: DataverseError): boolean {
  if (neverSent in error) return true
  if (error.code !== 'no-response') return false
  return /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|UND_ERR_CONNECT_TIMEOUT)$/.test(
    codeOf(error.cause),
  )
}

function noResponse(exchange: Exchange, reason: string, retryable: boolean, cause: unknown): DataverseError {
  const next = retryable ? ' It may be tried again.' : ''
  return new DataverseError(`${describeExchange(exchange)} got no complete answer: ${reason}.${next}`, {
    code: 'no-response',
    retryable,
    cause,
  })
}

function codeOf(cause: unknown): string {
  if (cause instanceof AggregateError) return codeOf(cause.errors[0])
  if (typeof cause !== 'object' || cause === null) return ''
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
