import { DataverseError } from '@deltaverse/core'

/**
 * Refuses addresses over which a token would travel in clear: `http:` is for the machine itself only.
 *
 * @throws DataverseError `insecure-url`; TypeError for anything but `true` and `false`
 */
export function assertSecureUrl(origin: string, allowInsecureHttp: boolean): void {
  // The text "false" of an environment variable must not open what `false` keeps shut.
  if (typeof allowInsecureHttp !== 'boolean') {
    throw new TypeError(`allowInsecureHttp must be true or false, received ${typeof allowInsecureHttp}`)
  }
  const url = new URL(origin)
  if (url.protocol === 'https:' || allowInsecureHttp || isLoopbackHost(url.hostname)) return
  throw new DataverseError(
    `${origin} is refused because the access token would travel in clear. Use https:, ` +
      'or set allowInsecureHttp when the network itself is trusted.',
    { code: 'insecure-url' },
  )
}

/**
 * Whether a host, as `URL.hostname` normalises it, is this machine whatever a name server says. `localhost.` with a dot
 * is not: it may be asked of a name server.
 */
export function isLoopbackHost(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname)
}
