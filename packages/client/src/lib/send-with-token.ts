import { isResponseError } from '@deltaverse/contract'
import type { OutgoingRequest, RequestHandler } from './request.js'
import type { DataverseResponse } from './response.js'
import type { Attempt } from './send-attempt.js'
import type { TokenSource } from './token-source.js'

/** Sends with a token. A token that the service refuses (401) is replaced once, which is safe: nothing was done. */
export function sendWithToken(attempt: Attempt, tokens: TokenSource): RequestHandler {
  return async (request: OutgoingRequest): Promise<DataverseResponse> => {
    const token = await tokens.getToken(request.signal)
    try {
      return await attempt(request, token)
    } catch (error) {
      if (!isResponseError(error) || error.status !== 401) throw error
      if (!tokens.refuse(token, undefined)) throw error
    }
    return attempt(request, await tokens.getToken(request.signal))
  }
}
