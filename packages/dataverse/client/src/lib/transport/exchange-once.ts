import type { Clock } from '@deltaverse/core'
import type { ServiceRoot } from '@deltaverse/protocol'
import { formatExactJson } from '@deltaverse/schema'
import type { Dispatcher } from 'undici'
import { createResponse, toResponseHeaders } from './create-response.js'
import { type Exchange, toTransportError } from './no-response-error.js'
import { refuseAuthorization } from './outgoing-request.js'
import type { OutgoingRequest } from './request.js'
import { toRequestPath } from './request-url.js'
import type { DataverseResponse } from './response.js'
import { createResponseBody } from './response-body.js'

/** Puts a request on the wire once and resolves with the answer, whatever its status. */
export type ExchangeOnce = (request: OutgoingRequest, token: string | undefined) => Promise<DataverseResponse>

export interface ExchangeOptions {
  readonly root: ServiceRoot
  readonly dispatcher: Dispatcher
  readonly headersTimeoutMs: number
  readonly bodyTimeoutMs: number
  readonly clock: Clock
  /** Most bytes of a body that are put into memory as a whole. */
  readonly maxBodyBytes: number
}

/** Makes the function that talks to the network. No retry, no token, no judgement: those are wrapped around it. */
export function createExchange(options: ExchangeOptions): ExchangeOnce {
  return async (request, token) => {
    const { signal } = request
    signal?.throwIfAborted()
    // An interceptor may have changed the path, so the address is not taken from the request.
    const path = toRequestPath(options.root, request.path)
    const exchange = { method: request.method, url: options.root.origin + path }
    const sentMs = options.clock.now()
    const answer = await dispatch(options, request, path, token, exchange)
    const elapsedMs = options.clock.now() - sentMs
    const status = answer.statusCode
    const headers = toResponseHeaders(answer.headers)
    const body = createResponseBody({
      raw: answer.body,
      encoding: headers['content-encoding'],
      empty: status === 204 || status === 304 || headers['content-length'] === '0',
      exchange,
      signal,
      length: headers['content-length'],
      maxBytes: options.maxBodyBytes,
    })
    return createResponse({ status, headers, exchange, body, elapsedMs })
  }
}

async function dispatch(
  options: ExchangeOptions,
  request: OutgoingRequest,
  path: string,
  token: string | undefined,
  exchange: Exchange,
): Promise<Dispatcher.ResponseData> {
  refuseAuthorization(request.headers)
  try {
    return await options.dispatcher.request({
      origin: options.root.origin,
      path,
      method: request.method,
      headers: { ...request.headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
      body: toWireBody(request.body),
      headersTimeout: options.headersTimeoutMs,
      bodyTimeout: options.bodyTimeoutMs,
      signal: request.signal ?? null,
    })
  } catch (error) {
    throw toTransportError(error, exchange, request.signal)
  }
}

function toWireBody(body: OutgoingRequest['body']): string | Uint8Array | null {
  if (body === undefined) return null
  return typeof body === 'string' || body instanceof Uint8Array ? body : formatExactJson(body)
}
