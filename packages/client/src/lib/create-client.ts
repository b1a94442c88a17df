import type { CallOptions } from '@deltaverse/contract'
import { type Dispatcher, Pool } from 'undici'
import { type ClientOptions, type ResolvedClientOptions, resolveClientOptions } from './client-options.js'
import { toOutgoingRequest } from './outgoing-request.js'
import type { DataverseRequest, RequestHandler } from './request.js'
import type { DataverseResponse } from './response.js'
import { createAttempt } from './send-attempt.js'
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
  /** Waits for the requests under way and closes the connections. */
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
  const attempt = createAttempt({ ...resolved, dispatcher })
  const send: RequestHandler = sendWithToken(attempt, createTokenSource(resolved))
  const handle = interceptors.reduceRight<RequestHandler>((next, interceptor) => interceptor(next), send)
  const close = async (): Promise<void> => {
    if (resolved.dispatcher === undefined) await dispatcher.close()
  }
  return {
    origin: root.origin,
    serviceRoot: root.serviceRoot,
    async request(request, call = {}) {
      call.signal?.throwIfAborted()
      return handle(toOutgoingRequest(root, userAgent, request, call.signal))
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
