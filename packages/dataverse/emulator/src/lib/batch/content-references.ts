import { ServiceError } from '../http/service-error.js'

/** Addresses of the rows that earlier parts of a changeset wrote, by `Content-ID`. */
export type ContentAddresses = ReadonlyMap<string, string>

const reference = /^\/?\$([^/?$()]+)(?=[/?]|$)/

/**
 * Puts the address of an earlier part in the place of `$1` at the start of a URL.
 *
 * @throws ServiceError 400 when no earlier part has left an address.
 */
export function resolveUrl(url: string, addresses: ContentAddresses): string {
  const match = reference.exec(url)
  if (match === null) return url
  return `${addressOf(match[1] ?? '', addresses)}${url.slice(match[0].length)}`
}

/**
 * Does the same in the `@odata.bind` and `@odata.id` members of a body, at any depth.
 *
 * @throws ServiceError 400 when no earlier part has left an address.
 */
export function resolveBody(value: unknown, addresses: ContentAddresses): unknown {
  if (Array.isArray(value)) return value.map((each) => resolveBody(each, addresses))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      name.endsWith('@odata.bind') || name === '@odata.id'
        ? resolveMember(member, addresses)
        : resolveBody(member, addresses),
    ]),
  )
}

function resolveMember(member: unknown, addresses: ContentAddresses): unknown {
  if (Array.isArray(member)) return member.map((each) => resolveMember(each, addresses))
  // Keys in bodies are read as they stand, those in addresses are percent-encoded.
  return typeof member === 'string' && reference.test(member)
    ? decodeURIComponent(resolveUrl(member, addresses))
    : member
}

function addressOf(contentId: string, addresses: ContentAddresses): string {
  const address = addresses.get(contentId)
  if (address !== undefined) return address
  throw new ServiceError(
    400,
    '0x80060888',
    `Content-ID Reference: '$${contentId}' does not exist in the batch context.`,
  )
}
