/**
 * Whose budget a request is on: the user that it acts for, else the one that the token names, else the token itself.
 */
export function callerOf(headers: Readonly<Record<string, string | string[] | undefined>>): string {
  const acting = headers.callerobjectid ?? headers.mscrmcallerid
  if (acting !== undefined) return String(acting).toLowerCase()
  const authorization = headers.authorization
  return typeof authorization === 'string' ? subjectOf(authorization) : 'anonymous'
}

// A token that was renewed is still the same user's.
function subjectOf(authorization: string): string {
  const payload = /^Bearer\s+[\w-]+\.([\w-]+)\.[\w-]*$/i.exec(authorization)?.[1]
  if (payload === undefined) return authorization
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
    const { oid, appid, sub } = claims as Record<string, unknown>
    return String(oid ?? appid ?? sub ?? authorization)
  } catch {
    return authorization
  }
}
