import type { Clock } from '@deltaverse/core'
import { acceptResponse, isAccepted } from '../transport/accept-response.js'
import type { ExchangeOnce } from '../transport/exchange-once.js'
import { markNeverSent } from '../transport/no-response-error.js'
import type { RequestHandler } from '../transport/request.js'
import { parseClaimsChallenge } from './claims-challenge.js'
import type { TokenSource } from './token-source.js'

/**
 * One attempt: a token, an exchange, a judgement. A token that the service refuses (401) is replaced once, for any kind
 * of request: nothing was done yet. This is the function that a governor goes around.
 */
export function sendWithToken(exchange: ExchangeOnce, tokens: TokenSource, clock: Clock): RequestHandler {
  return async (request) => {
    const token = await fetchToken(tokens, request.signal)
    const response = await exchange(request, token)
    if (response.status !== 401 || isAccepted(401, request.acceptStatus)) {
      return acceptResponse(response, request, token, clock)
    }
    const refused = tokens.refuse(token, parseClaimsChallenge(response.headers['www-authenticate']))
    if (!refused) return acceptResponse(response, request, token, clock)
    await response.discard()
    const fresh = await fetchToken(tokens, request.signal)
    return acceptResponse(await exchange(request, fresh), request, fresh, clock)
  }
}

async function fetchToken(tokens: TokenSource, signal: AbortSignal | undefined): Promise<string | undefined> {
  try {
    return await tokens.getToken(signal)
  } catch (error) {
    markNeverSent(error)
    throw error
  }
}
