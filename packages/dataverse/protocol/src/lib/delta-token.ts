/**
 * The delta token inside a delta link, percent-decoded (`919042!08/22/2017 08:10:44`), or `undefined` where the link has
 * none. The layout is the service's own business; the token is kept for people to read, the link is what is followed.
 */
export function parseDeltaToken(link: string): string | undefined {
  const encoded = /[?&]\$deltatoken=([^&#]*)/i.exec(link)?.[1]
  if (encoded === undefined) return undefined
  try {
    return decodeURIComponent(encoded.replaceAll('+', ' '))
  } catch {
    return encoded
  }
}
