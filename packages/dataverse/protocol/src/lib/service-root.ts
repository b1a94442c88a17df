/** Version of the Web API that is used when neither the URL nor the caller names one. */
export const defaultApiVersion = 'v9.2'

/** Where an environment's Web API lives. No member ends with a slash. */
export interface ServiceRoot {
  /** `https://contoso.crm4.dynamics.com` */
  readonly origin: string
  /** `https://contoso.crm4.dynamics.com/api/data/v9.2` */
  readonly serviceRoot: string
  /** Organisation segment of an on-premises address (`org` in `https://host/org`); absent online. */
  readonly organisation?: string
  readonly apiVersion: string
}

export interface ParseServiceRootOptions {
  /** Such as `v9.2`. Default: the version in the URL, else `v9.2`. */
  readonly apiVersion?: string | undefined
}

/**
 * Reads the URL of an environment in the forms people have it: with or without a trailing slash, with or without
 * `/api/data/v9.2`, on-premises with the organisation as its one path segment.
 *
 * @throws TypeError when it is none of these; the message never repeats a user name or password of the URL
 */
export function parseServiceRoot(url: string, options: ParseServiceRootOptions = {}): ServiceRoot {
  const parsed = parseEnvironmentUrl(url)
  const { organisation, apiVersion: versionInUrl } = readPath(parsed)
  const wanted = options.apiVersion
  if (wanted !== undefined && !isApiVersion(wanted)) {
    throw new TypeError(`apiVersion must look like 'v9.2', received ${JSON.stringify(wanted)}`)
  }
  if (wanted !== undefined && versionInUrl !== undefined && wanted !== versionInUrl) {
    throw new TypeError(`apiVersion is '${wanted}' but the URL says '${versionInUrl}': give one of them`)
  }
  const apiVersion = wanted ?? versionInUrl ?? defaultApiVersion
  const organisationPath = organisation === undefined ? '' : `/${organisation}`
  return {
    origin: parsed.origin,
    serviceRoot: `${parsed.origin}${organisationPath}/api/data/${apiVersion}`,
    ...(organisation === undefined ? {} : { organisation }),
    apiVersion,
  }
}

function parseEnvironmentUrl(url: string): URL {
  if (typeof url !== 'string' || !URL.canParse(url)) {
    throw new TypeError(
      `url must be the URL of an environment such as 'https://contoso.crm4.dynamics.com', received ${describe(url)}`,
    )
  }
  const parsed = new URL(url)
  if (parsed.username !== '' || parsed.password !== '') {
    throw new TypeError('url must not hold a user name or password: pass a credential instead')
  }
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:') {
    throw new TypeError(`url must start with https://, received ${describe(url)}`)
  }
  if (parsed.search !== '' || parsed.hash !== '') {
    throw new TypeError(
      `url must end after the host, the organisation or /api/data/vX, received ${describe(url)}`,
    )
  }
  return parsed
}

function readPath(url: URL): { organisation?: string; apiVersion?: string } {
  const match = /^(?:\/([A-Za-z0-9_-]+))??(?:\/api(?:\/data(?:\/(v\d+\.\d+))?)?)?\/?$/.exec(url.pathname)
  if (match === null) {
    throw new TypeError(
      `url must be the address of an environment, without a page or service behind it, received ${describe(url.href)}`,
    )
  }
  const [, organisation, apiVersion] = match
  return {
    ...(organisation === undefined ? {} : { organisation }),
    ...(apiVersion === undefined ? {} : { apiVersion }),
  }
}

function isApiVersion(text: string): boolean {
  return /^v\d+\.\d+$/.test(text)
}

// What cannot be parsed may still hold a password before an `@`, or a token behind a `?` or `#`: neither is ever repeated.
function describe(url: unknown): string {
  if (typeof url !== 'string') return url === null ? 'null' : typeof url
  // An `@` behind them may end a password as well as stand in a query, so nothing is left to show.
  if (/[?#].*@/s.test(url)) return '"…"'
  return JSON.stringify(url.replace(/^.*@/s, '…@').replace(/([?#]).+/s, '$1…'))
}
