import { DataverseError, isDataverseError } from '@deltaverse/core'
import { redactSecrets } from '../transport/redact.js'

/**
 * What to throw when a credential failed. The credential's own error may hold the request that it made, secret included,
 * so only its name and its words are kept, and those with secrets blotted out.
 */
export function toTokenError(
  scopes: readonly string[],
  cause: unknown,
  secrets: readonly string[] = [],
): DataverseError {
  if (isDataverseError(cause)) return cause
  const said = redactSecrets(cause instanceof Error ? cause.message : String(cause), secrets)
  return cannotGetToken(scopes, said, summarise(cause, said))
}

/** The credential answered, but brought no token. */
export function noTokenError(scopes: readonly string[]): DataverseError {
  return cannotGetToken(scopes, 'the credential returned none', undefined)
}

function cannotGetToken(scopes: readonly string[], reason: string, cause: unknown): DataverseError {
  return new DataverseError(
    `No token for ${scopes.join(' ')}: ${reason}${/[.!?]$/.test(reason) ? '' : '.'} ` +
      'Check the credential: tenant, client id, secret or certificate and their expiry, and that the scope is the URL of this environment.',
    { code: 'unauthorized', ...(cause === undefined ? {} : { cause }) },
  )
}

function summarise(cause: unknown, said: string): Error {
  const summary = new Error(said)
  if (cause instanceof Error) summary.name = cause.name
  return summary
}
