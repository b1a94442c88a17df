/**
 * Path and query of a link that the service sent (`@odata.nextLink`, `@odata.deltaLink`, `OData-EntityId`, `Location`). What
 * stands behind `/api/data/vX.Y/` in it is kept character for character, because links are opaque and encoding them again
 * changes what they mean; it is put behind the service root of the caller. A link that names no such path is kept as it is.
 *
 * The host of the link, and the path in front of the service, are dropped on purpose. A request goes to the environment that
 * the caller named, never to a host that an answer names, so a token cannot be lured elsewhere; and behind a gateway the
 * service knows neither the gateway's host nor its path.
 *
 * @param serviceRoot such as `https://contoso.crm4.dynamics.com/api/data/v9.2`; relative links are relative to it
 * @returns path and query, starting with `/`
 * @throws TypeError when the link is empty or belongs to no HTTP address
 */
export function linkToPath(serviceRoot: string, link: string): string {
  if (typeof link !== 'string' || link === '') {
    throw new TypeError(`a link must be text, received ${link === '' ? 'an empty text' : typeof link}`)
  }
  const absolute = /^https?:\/\/[^/?#]*/i.exec(link)
  if (absolute === null && /^[a-z][a-z0-9+.-]*:\/\//i.test(link)) {
    throw new TypeError('a link must be an http or https address')
  }
  const rest = absolute === null ? link : link.slice(absolute[0].length)
  if (absolute === null && !link.startsWith('/')) return `${pathOf(serviceRoot)}/${link}`
  const service = /^[^?#]*?\/api\/data\/v\d+\.\d+(?=[/?#]|$)/i.exec(rest)
  if (service !== null) return `${pathOf(serviceRoot)}${rest.slice(service[0].length)}`
  return rest.startsWith('/') ? rest : `/${rest}`
}

function pathOf(serviceRoot: string): string {
  return new URL(serviceRoot).pathname.replace(/\/$/, '')
}
