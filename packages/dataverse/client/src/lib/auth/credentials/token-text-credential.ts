import type { TokenCredential } from '../token-credential.js'

const assumedLifeMs = 3_600_000

/** A token that somebody got elsewhere. It cannot be renewed; when it has expired the service says so. */
export function tokenTextCredential(token: string): TokenCredential {
  const text = token.trim().replace(/^Bearer\s+/i, '')
  return {
    getToken: async () => ({
      token: text,
      expiresOnTimestamp: Math.max(expiryOf(text) ?? 0, Date.now() + assumedLifeMs),
    }),
  }
}

function expiryOf(token: string): number | undefined {
  const payload = token.split('.')[1]
  if (payload === undefined) return undefined
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
    if (typeof claims !== 'object' || claims === null || !('exp' in claims)) return undefined
    return typeof claims.exp === 'number' ? claims.exp * 1000 : undefined
  } catch {
    return undefined
  }
}
