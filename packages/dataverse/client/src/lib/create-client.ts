import type { CallOptions } from '@deltaverse/core'
import { type Dispatcher, Pool } from 'undici'
import { type ClientOptions, type ClientSettings, toClientSettings } from './client-options.js'
import type { ClientGovernor } from './governor/client-governor.js'
import { coreOf } from './governor/create-governor.js'
import { createRetry } from './retry/retry.js'
import { withGateRule } from './retry/retry-rules.js'
import { createAttempt } from './transport/create-attempt.js'
import { toOutgoingRequest } from './transport/outgoing-request.js'
import type { DataverseRequest, RequestHandler } from './transport/request.js'
import type { DataverseResponse } from './transport/response.js'

/** Sends requests to one environment. Holds connections and a token: make one and share it. */
export interface DataverseClient {
  /** `https://contoso.crm4.dynamics.com` */
  readonly origin: string
  /** `https://contoso.crm4.dynamics.com/api/data/v9.2` */
  readonly serviceRoot: string
  /** What keeps the requests within the service protection limits. */
  readonly governor: ClientGovernor
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
  const resolved = toClientSettings(options)
  const { root, interceptors, userAgent } = resolved
  const dispatcher = resolved.dispatcher ?? createPool(resolved)
  const { attempt, clientGovernor, closedForMs } = createAttempt(resolved, dispatcher)
  const rules =
    closedForMs === undefined ? resolved.retry.rules : withGateRule(resolved.retry.rules, closedForMs)
  const send = createRetry(attempt, { ...resolved.retry, rules }, resolved)
  const handle = interceptors.reduceRight<RequestHandler>((next, interceptor) => interceptor(next), send)
  const stopListening = listenTo(resolved)
  const underWay = new Set<Promise<DataverseResponse>>()
  let closed = false

  async function close(): Promise<void> {
    closed = true
    await Promise.allSettled(underWay)
    stopListening()
    if (resolved.dispatcher === undefined) await dispatcher.destroy()
  }

  return {
    origin: root.origin,
    serviceRoot: root.serviceRoot,
    governor: clientGovernor,
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

function createPool(options: ClientSettings): Dispatcher {
  return new Pool(options.root.origin, {
    connections: options.maxConnections,
    // One request per connection at a time: a slow answer must not hold up the ones behind it.
    pipelining: 1,
    keepAliveTimeout: 30_000,
    connect: { timeout: options.connectTimeoutMs },
  })
}

function listenTo({ governors, onEvent }: ClientSettings): () => void {
  if (onEvent === undefined) return () => {}
  const stops = governors.map((governor) => coreOf(governor).listen(onEvent))
  return () => {
    for (const stop of stops) stop()
  }
}
