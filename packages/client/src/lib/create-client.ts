import type { CallOptions } from '@deltaverse/contract'
import { type Dispatcher, Pool } from 'undici'
import { type ClientOptions, type ResolvedClientOptions, resolveClientOptions } from './client-options.js'
import { createExchange } from './exchange-once.js'
import { toOutgoingRequest } from './outgoing-request.js'
import type { DataverseRequest, RequestHandler } from './request.js'
import type { DataverseResponse } from './response.js'
import { createRetry } from './retry.js'
import { sendWithToken } from './send-with-token.js'
import { createTokenCache } from './token-cache.js'
import { anonymousTokenSource, createTokenFunctionSource } from './token-function-source.js'
import type { TokenSource } from './token-source.js'

/** Sends requests to one environment. Holds connections and a token: make one and share it. */
export interface DataverseClient {
  /** `https://contoso.crm4.dynamics.com` */
  readonly origin: string
  /** `https://contoso.crm4.dynamics.com/api/data/v9.2` */
  readonly serviceRoot: string
  /**
   * Sends a request, again if need be, and resolves once an answer that is no error begins.
   *
   * @throws ResponseError when the answer is an error; DataverseError `no-response` when none came, `unauthorized` when no
   *   token could be had; TypeError for a request that cannot be sent; `signal.reason` when the signal aborts
   */
  request(request: DataverseRequest, call?: CallOptions): Promise<DataverseResponse>
  /**
   * Waits until the requests under way are answered, then closes the connections. A body that is still being read ends
   * with an error. To end at once, abort the signals of the requests first. An own `dispatcher` stays open.
   */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Creates a client for one environment.
 *
 * @throws TypeError or RangeError for bad options; DataverseError `insecure-url` for `http:` to another machine
 */
export function createClient(options: ClientOptions): DataverseClient {
  const resolved = resolveClientOptions(options)
  const { root, interceptors, userAgent } = resolved
  const dispatcher = resolved.dispatcher ?? createPool(resolved)
  const attempt = sendWithToken(
    createExchange({ ...resolved, dispatcher }),
    createTokenSource(resolved),
    resolved.clock,
  )
  const onion = [...interceptors, createRetry(resolved.retry, resolved)]
  const handle = onion.reduceRight<RequestHandler>((next, interceptor) => interceptor(next), attempt)
  const underWay = new Set<Promise<DataverseResponse>>()
  let closed = false

  async function close(): Promise<void> {
    closed = true
    await Promise.allSettled(underWay)
    if (resolved.dispatcher === undefined) await dispatcher.destroy()
  }

  return {
    origin: root.origin,
    serviceRoot: root.serviceRoot,
    async request(request, call = {}) {
      call.signal?.throwIfAborted()
      if (closed) throw new TypeError(`The client of ${root.origin} is closed`)
      const answer = handle(toOutgoingRequest(root, userAgent, request, call.signal))
      underWay.add(answer)
      return answer.finally(() => underWay.delete(answer))
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

function createPool(options: ResolvedClientOptions): Dispatcher {
  return new Pool(options.root.origin, {
    connections: options.maxConnections,
    // One request per connection at a time: a slow answer must not hold up the ones behind it.
    pipelining: 1,
    keepAliveTimeout: 30_000,
    connect: { timeout: options.connectTimeoutMs },
  })
}

function createTokenSource({ credential, token, scopes, clock }: ResolvedClientOptions): TokenSource {
  if (credential !== undefined) return createTokenCache({ credential, scopes, clock })
  return token === undefined ? anonymousTokenSource : createTokenFunctionSource(token, scopes)
}
