/**
 * Claims that a 401 demands (`WWW-Authenticate: Bearer …, error="insufficient_claims", claims="<Base64>"`), as JSON text
 * for the credential (Microsoft Learn: How to use Continuous Access Evaluation enabled APIs in your applications).
 *
 * @returns `undefined` when there are none or they cannot be read
 */
export function parseClaimsChallenge(header: string | undefined): string | undefined {
  const encoded = /\bclaims\s*=\s*"([^"]+)"/i.exec(header ?? '')?.[1]
  if (encoded === undefined) return undefined
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  try {
    const claims: unknown = JSON.parse(text)
    return typeof claims === 'object' && claims !== null ? text : undefined
  } catch {
    return undefined
  }
}
