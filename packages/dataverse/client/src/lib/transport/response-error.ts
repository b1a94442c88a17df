import { type ErrorCode, ResponseError } from '@deltaverse/core'
import { classifyError, hideLinkTokens, parseErrorBody, parseRetryAfter } from '@deltaverse/protocol'
import { describeExchange, type Exchange } from './no-response-error.js'
import type { DataverseResponse } from './response.js'

export interface ResponseErrorContext {
  readonly nowMs: number
  /** Blotted out wherever the answer repeats it. */
  readonly token: string | undefined
  readonly signal: AbortSignal | undefined
}

const maxBodyCharacters = 262_144

/** Reads an answer that is an error and says what it is: the service code decides, then the status. */
export async function toResponseError(
  response: DataverseResponse,
  exchange: Exchange,
  context: ResponseErrorContext,
): Promise<ResponseError> {
  const { status, headers } = response
  const said = await readErrorText(response, context.signal)
  const text = hideLinkTokens(blotOut(said, context.token), exchange.url)
  const body = parseErrorBody(text, headers['content-type'])
  const verdict = classifyError(status, body)
  const redirect = status >= 300 && status < 400 && status !== 304
  const message = redirect
    ? describeRedirect(exchange, status, headers.location)
    : describeFailure(exchange, status, body.serviceCode, verdict.name, body.message, verdict.advice)
  return new ResponseError(message, {
    code: (redirect ? 'bad-response' : verdict.errorClass) satisfies ErrorCode,
    retryable: verdict.retryable,
    status,
    serviceCode: body.serviceCode,
    requestId: response.requestId,
    retryAfterMs: parseRetryAfter(headers['retry-after'], context.nowMs),
    method: exchange.method,
    url: hideLinkTokens(exchange.url, exchange.url),
    body: text,
  })
}

// The status is known, so a body that fails to come only costs its words.
async function readErrorText(response: DataverseResponse, signal: AbortSignal | undefined): Promise<string> {
  const parts: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of response.body) {
      parts.push(chunk)
      length += chunk.length
      if (length >= maxBodyCharacters) break
    }
  } catch {
    signal?.throwIfAborted()
  }
  return Buffer.concat(parts).toString('utf8', 0, maxBodyCharacters)
}

function describeFailure(
  exchange: Exchange,
  status: number,
  serviceCode: string | undefined,
  name: string | undefined,
  said: string,
  advice: string | undefined,
): string {
  const code = serviceCode === undefined ? '' : ` ${serviceCode}${name === undefined ? '' : ` ${name}`}`
  const sentence = said === '' ? '' : `: ${/[.!?…]$/.test(said) ? said : `${said}.`}`
  const end = sentence === '' ? '.' : ''
  const next = advice === undefined ? '' : ` ${advice}`
  return `${describeExchange(exchange)} failed with ${status}${code}${sentence}${end}${next}`
}

// Only the host: the rest of a redirect to a sign-in page may hold state that belongs to nobody's log.
function describeRedirect(exchange: Exchange, status: number, location: string | undefined): string {
  const target =
    location !== undefined && URL.canParse(location, exchange.url)
      ? new URL(location, exchange.url).host
      : 'an unreadable address'
  return (
    `${describeExchange(exchange)} was redirected (${status}) to ${target}, which is not followed because it would ` +
    'take the token along. Check the URL of the environment.'
  )
}

function blotOut(text: string, token: string | undefined): string {
  return token === undefined || token === '' ? text : text.replaceAll(token, '[token]')
}
