import { settleOrAbort } from '@deltaverse/core'
import { noTokenError, toTokenError } from './token-error.js'
import type { TokenSource } from './token-source.js'

/** Tokens of the caller's own making: the function is asked before every attempt and does its own caching. */
export function createTokenFunctionSource(
  token: () => Promise<string> | string,
  scopes: readonly string[],
): TokenSource {
  return {
    async getToken(signal) {
      signal?.throwIfAborted()
      const text = await settleOrAbort(callToken(token, scopes), signal)
      if (typeof text !== 'string' || text === '') throw noTokenError(scopes)
      return text
    },
    refuse: () => true,
  }
}

/** No token at all: the emulator on this machine, or authentication by the network. */
export const anonymousTokenSource: TokenSource = {
  getToken: async () => undefined,
  refuse: () => false,
}

async function callToken(token: () => Promise<string> | string, scopes: readonly string[]): Promise<string> {
  try {
    return await token()
  } catch (cause) {
    throw toTokenError(scopes, cause)
  }
}
