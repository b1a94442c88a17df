import type { ServiceRoot } from '@deltaverse/protocol'

/**
 * Path and query as they go into the request line. What starts with `/` is an opaque link and stays as it is; a relative
 * path may hold spaces and other characters that people write, which are percent-encoded. Nothing is encoded twice.
 *
 * @throws TypeError for an absolute URL or no text
 */
export function toRequestPath(root: ServiceRoot, path: string): string {
  if (typeof path !== 'string') throw new TypeError(`path must be text, received ${typeof path}`)
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(path)) {
    throw new TypeError(
      `path must be relative to ${root.serviceRoot} or start with '/', received an absolute URL: use linkToPath() for links`,
    )
  }
  if (path.startsWith('/')) return encodeUnsendable(path)
  return encodeUnsendable(`${root.serviceRoot.slice(root.origin.length)}/${path.replaceAll('#', '%23')}`)
}

// A request line takes visible ASCII only; this also makes sure that no line break gets into it.
function encodeUnsendable(path: string): string {
  return path.replace(/[^\x21-\x7e]+/gu, (text) =>
    Buffer.from(text).toString('hex').replace(/../g, '%$&').toUpperCase(),
  )
}
