import type { ServiceRoot } from '@deltaverse/protocol'
import type { Dispatcher } from 'undici'
import type { Clock } from './clock.js'
import { bufferResponse, createResponse, toResponseHeaders } from './create-response.js'
import { type Exchange, toTransportError } from './no-response-error.js'
import { refuseAuthorization } from './outgoing-request.js'
import type { OutgoingRequest } from './request.js'
import { toRequestPath } from './request-url.js'
import type { DataverseResponse, ResponseHeaders } from './response.js'
import { createResponseBody } from './response-body.js'
import { toResponseError } from './response-error.js'

/** Sends one request once. Rejects with a `ResponseError` for every status that is not an answer. */
export type Attempt = (request: OutgoingRequest, token: string | undefined) => Promise<DataverseResponse>

export interface AttemptOptions {
  readonly root: ServiceRoot
  readonly dispatcher: Dispatcher
  readonly headersTimeoutMs: number
  readonly bodyTimeoutMs: number
  readonly clock: Clock
}

/** Makes the function that puts a request on the wire. No retry, no waiting: those are wrapped around it. */
export function createAttempt(options: AttemptOptions): Attempt {
  return async (request, token) => {
    const { signal } = request
    signal?.throwIfAborted()
    const exchange = { method: request.method, url: request.url }
    const answer = await exchangeHeaders(options, request, token, exchange)
    const headers = toResponseHeaders(answer.headers)
    const status = answer.statusCode
    const body = createResponseBody({
      raw: answer.body,
      encoding: headers['content-encoding'],
      empty: status === 204 || status === 304 || headers['content-length'] === '0',
      exchange,
      signal,
    })
    const response = createResponse({ status, headers, exchange, body })
    if (isAnswer(status, request.acceptStatus)) {
      return request.buffered ? bufferResponse(response, exchange) : response
    }
    throw await toResponseError(response, exchange, { nowMs: options.clock.now(), token, signal })
  }
}

async function exchangeHeaders(
  options: AttemptOptions,
  request: OutgoingRequest,
  token: string | undefined,
  exchange: Exchange,
): Promise<Dispatcher.ResponseData> {
  refuseAuthorization(request.headers)
  try {
    return await options.dispatcher.request({
      origin: options.root.origin,
      path: toRequestPath(options.root, request.path),
      method: request.method,
      headers: token === undefined ? { ...request.headers } : withToken(request.headers, token),
      body: toWireBody(request.body),
      headersTimeout: options.headersTimeoutMs,
      bodyTimeout: options.bodyTimeoutMs,
      signal: request.signal ?? null,
    })
  } catch (error) {
    throw toTransportError(error, exchange, request.signal)
  }
}

function withToken(headers: ResponseHeaders, token: string): Record<string, string> {
  return { ...headers, authorization: `Bearer ${token}` }
}

function toWireBody(body: OutgoingRequest['body']): string | Uint8Array | null {
  if (body === undefined) return null
  return typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body)
}

function isAnswer(status: number, accepted: readonly number[] | undefined): boolean {
  return (status >= 200 && status < 300) || (accepted?.includes(status) ?? false)
}
