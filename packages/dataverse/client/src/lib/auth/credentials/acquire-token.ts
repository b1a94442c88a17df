import type { AuthenticationResult } from '@azure/msal-node'
import { settleOrAbort } from '@deltaverse/core'
import type { AccessToken } from '../token-credential.js'
import { noTokenError, toTokenError } from '../token-error.js'
import type { MsalNetwork } from './msal-network.js'

export interface AcquireContext {
  readonly network: MsalNetwork
  readonly scopes: readonly string[]
  /** Blotted out of every error. */
  readonly secrets: readonly string[]
  readonly signal: AbortSignal | undefined
}

/** Runs one MSAL flow and turns its result and its failures into ours. */
export async function acquireToken(
  { network, scopes, secrets, signal }: AcquireContext,
  run: () => Promise<AuthenticationResult | null>,
): Promise<AccessToken> {
  signal?.throwIfAborted()
  let result: AuthenticationResult | null
  try {
    network.takeFailure()
    result = await settleOrAbort(run(), signal)
  } catch (cause) {
    signal?.throwIfAborted()
    throw network.takeFailure() ?? toTokenError(scopes, cause, secrets)
  }
  if (result === null || result.accessToken === '') throw noTokenError(scopes)
  return {
    token: result.accessToken,
    expiresOnTimestamp: result.expiresOn?.getTime() ?? 0,
    ...(result.refreshOn === undefined ? {} : { refreshAfterTimestamp: result.refreshOn.getTime() }),
  }
}

/** Scopes as a list. @throws TypeError when there is none */
export function toScopeList(scopes: string | readonly string[]): string[] {
  const list = typeof scopes === 'string' ? [scopes] : [...scopes]
  if (list.length === 0) throw new TypeError('getToken() must be asked for at least one scope, received none')
  return list
}
