import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from '@azure/msal-node'
import { DataverseError } from '@deltaverse/core'
import { Agent, type Dispatcher } from 'undici'
import { type Exchange, toTransportError } from '../../transport/no-response-error.js'

/** The HTTP of MSAL, on undici. */
export interface MsalNetwork extends INetworkModule {
  /**
   * The failure that ended the last exchange, if one did, and forgets it. MSAL replaces what its HTTP threw by a
   * "network error" without a cause, which would hide that trying again can help.
   */
  takeFailure(): DataverseError | undefined
}

const timeoutMs = 30_000

/** Creates the HTTP of one credential. An own dispatcher (proxy, certificate authority) is used but never closed. */
export function createMsalNetwork(
  dispatcher: Dispatcher = new Agent({ connect: { timeout: 10_000 } }),
): MsalNetwork {
  let failure: DataverseError | undefined

  async function send<T>(
    method: 'GET' | 'POST',
    url: string,
    options: NetworkRequestOptions = {},
    limitMs = timeoutMs,
  ): Promise<NetworkResponse<T>> {
    const { origin, pathname, search } = new URL(url)
    const exchange = { method, url: origin + pathname }
    failure = undefined
    try {
      const response = await dispatcher.request({
        origin,
        path: pathname + search,
        method,
        headers: options.headers ?? {},
        body: options.body ?? null,
        headersTimeout: limitMs,
        bodyTimeout: limitMs,
      })
      const text = await readText(response.body, exchange)
      // Thrown rather than returned: MSAL would answer from memory with the same failure for the next minute.
      if (response.statusCode >= 500 || response.statusCode === 429) {
        throw busyAuthority(exchange, response.statusCode)
      }
      return { status: response.statusCode, headers: joinHeaders(response.headers), body: parseBody<T>(text) }
    } catch (cause) {
      const error = toTransportError(cause, exchange, undefined)
      if (error instanceof DataverseError) failure = error
      throw error
    }
  }

  return {
    sendGetRequestAsync: (url, options, limitMs) => send('GET', url, options, limitMs),
    sendPostRequestAsync: (url, options) => send('POST', url, options),
    takeFailure() {
      const taken = failure
      failure = undefined
      return taken
    },
  }
}

// Tokens and descriptions of authorities are some kilobytes.
const maxAnswerBytes = 1_048_576

async function readText(body: AsyncIterable<Buffer>, exchange: Exchange): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > maxAnswerBytes) {
      throw new DataverseError(
        `${exchange.method} ${exchange.url} was answered with more than ${maxAnswerBytes} bytes, which is no answer of an authority that issues tokens. Check the authority's address and what answers for it.`,
        { code: 'bad-response' },
      )
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function busyAuthority(exchange: { method: string; url: string }, status: number): DataverseError {
  return new DataverseError(
    `${exchange.method} ${exchange.url} failed with ${status}: the authority that issues tokens is busy. Try again later.`,
    { code: status === 429 ? 'throttled' : 'unavailable', retryable: true },
  )
}

function joinHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string> {
  const joined: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) joined[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value
  }
  return joined
}

// MSAL reads `error` of whatever it gets, so a page of HTML becomes an object without one.
function parseBody<T>(text: string): T {
  try {
    return JSON.parse(text) as T
  } catch {
    return { error: 'invalid_response', error_description: 'the authority did not answer with JSON' } as T
  }
}
