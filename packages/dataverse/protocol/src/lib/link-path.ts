/**
 * Path and query of a link that the service sent (`@odata.nextLink`, `@odata.deltaLink`, `OData-EntityId`, `Location`),
 * character for character as it came: such links are opaque, and encoding them again changes what they mean.
 *
 * The host of the link is dropped on purpose. A request goes to the environment that the caller named, never to a host
 * that an answer names, so a token cannot be lured elsewhere.
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
  if (absolute !== null) {
    const rest = link.slice(absolute[0].length)
    return rest.startsWith('/') ? rest : `/${rest}`
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(link)) throw new TypeError('a link must be an http or https address')
  if (link.startsWith('/')) return link
  return `${pathOf(serviceRoot)}/${link}`
}

function pathOf(serviceRoot: string): string {
  return new URL(serviceRoot).pathname.replace(/\/$/, '')
}
