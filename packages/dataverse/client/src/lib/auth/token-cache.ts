import type { Clock } from '@deltaverse/core'
import { settleOrAbort } from '@deltaverse/core'
import type { AccessToken, GetTokenOptions, TokenCredential } from './token-credential.js'
import { noTokenError, toTokenError } from './token-error.js'
import type { TokenSource } from './token-source.js'

export interface TokenCacheOptions {
  readonly credential: TokenCredential
  readonly scopes: readonly string[]
  readonly clock: Clock
}

interface Refresh {
  readonly promise: Promise<AccessToken>
  readonly controller: AbortController
  waiting: number
}

const refreshAheadMs = 5 * 60_000
// A credential that keeps handing out the same old token is asked again, but not with every request.
const refreshPauseMs = 30_000

/**
 * Keeps the token of one credential and one list of scopes. Fetches a new one ahead of expiry: at the credential's own
 * `refreshAfterTimestamp`, else five minutes or a tenth of its life before the end, whichever is shorter. One fetch at a
 * time serves everybody who waits; somebody who stops waiting does not stop it for the others.
 *
 * While the token in hand is still good, a refresh ahead of time runs behind the requests, and its failure is nobody's
 * error: the next request tries again.
 */
export function createTokenCache({ credential, scopes, clock }: TokenCacheOptions): TokenSource {
  let current: AccessToken | undefined
  let refreshAfterMs = 0
  let claims: string | undefined
  let refused = false
  let refresh: Refresh | undefined

  function startRefresh(): Refresh {
    const controller = new AbortController()
    const wantedClaims = claims
    const started: Refresh = {
      controller,
      waiting: 0,
      promise: fetchToken(credential, scopes, {
        abortSignal: controller.signal,
        ...(wantedClaims === undefined ? {} : { claims: wantedClaims }),
        // With a token in hand or refused, the one in the credential's own cache is not what is wanted.
        ...(refused || current !== undefined ? { forceRefresh: true } : {}),
      })
        .then((token) => {
          if (refresh !== started) return token
          current = token
          refreshAfterMs = Math.max(refreshTime(token, clock.now()), clock.now() + refreshPauseMs)
          if (claims === wantedClaims) claims = undefined
          refused = false
          return token
        })
        .finally(() => {
          if (refresh === started) refresh = undefined
        }),
    }
    // Everybody may have stopped waiting by the time it fails.
    started.promise.catch(() => {})
    refresh = started
    return started
  }

  async function waitForRefresh(signal: AbortSignal | undefined): Promise<string> {
    const joined = refresh ?? startRefresh()
    joined.waiting++
    try {
      return (await settleOrAbort(joined.promise, signal)).token
    } finally {
      joined.waiting--
      if (joined.waiting === 0 && refresh === joined && signal?.aborted) {
        refresh = undefined
        joined.controller.abort(signal.reason)
      }
    }
  }

  return {
    async getToken(signal) {
      signal?.throwIfAborted()
      const nowMs = clock.now()
      if (current === undefined || nowMs >= current.expiresOnTimestamp) return waitForRefresh(signal)
      if (nowMs >= refreshAfterMs && refresh === undefined) {
        refreshAfterMs = nowMs + refreshPauseMs
        startRefresh()
      }
      return current.token
    },
    refuse(token, demanded) {
      if (demanded !== undefined) {
        claims = demanded
        // A fetch under way does not know of the claims: its token would be refused as well.
        refresh = undefined
      }
      // Somebody else's refusal may have brought a new token already.
      if (current?.token === token) {
        current = undefined
        refused = true
      }
      return true
    },
  }
}

async function fetchToken(
  credential: TokenCredential,
  scopes: readonly string[],
  options: GetTokenOptions,
): Promise<AccessToken> {
  let token: AccessToken | null
  try {
    token = await credential.getToken([...scopes], options)
  } catch (cause) {
    throw toTokenError(scopes, cause)
  }
  if (token === null || typeof token.token !== 'string' || token.token === '') {
    throw noTokenError(scopes)
  }
  return token
}

function refreshTime(token: AccessToken, nowMs: number): number {
  if (token.refreshAfterTimestamp !== undefined) return token.refreshAfterTimestamp
  const lifeMs = Math.max(0, token.expiresOnTimestamp - nowMs)
  return token.expiresOnTimestamp - Math.min(refreshAheadMs, lifeMs / 10)
}
