/** The Microsoft clouds that Dataverse runs in. GCC belongs to `public`, GCC High to `us-government`. */
export type Cloud = 'public' | 'us-government' | 'us-dod' | 'china'

const authorityHosts: Readonly<Record<Cloud, string>> = {
  public: 'https://login.microsoftonline.com',
  'us-government': 'https://login.microsoftonline.us',
  'us-dod': 'https://login.microsoftonline.us',
  china: 'https://login.partner.microsoftonline.cn',
}

const cloudSuffixes: readonly (readonly [suffix: string, cloud: Cloud])[] = [
  ['.microsoftdynamics.us', 'us-government'],
  ['.appsplatform.us', 'us-dod'],
  ['.dynamics.cn', 'china'],
]

/**
 * Cloud of an environment, told by its host name (Microsoft Learn: Power Apps US Government; Discover the URL for your
 * organization). Everything unknown is `public`.
 */
export function cloudForUrl(url: string): Cloud {
  const { hostname } = new URL(url)
  return cloudSuffixes.find(([suffix]) => hostname.endsWith(suffix))?.[1] ?? 'public'
}

/** Address that signs users and applications of a cloud in. */
export function authorityHostOf(cloud: Cloud): string {
  const host = Object.hasOwn(authorityHosts, cloud) ? authorityHosts[cloud] : undefined
  if (host !== undefined) return host
  throw new RangeError(
    `cloud must be one of ${Object.keys(authorityHosts).join(', ')}, received ${JSON.stringify(cloud)}`,
  )
}
