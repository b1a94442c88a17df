import { type NodeAuthOptions, ProtocolMode } from '@azure/msal-node'
import { authorityHostOf, type Cloud } from './cloud.js'

export interface AuthorityOptions {
  /** Directory (tenant) id or domain. Needed unless `authority` is given. */
  readonly tenantId?: string | undefined
  /** Default: `public`; `cloudForUrl(url)` tells it from an environment's URL. */
  readonly cloud?: Cloud | undefined
  /**
   * Full address of the authority instead of `tenantId` and `cloud`, such as `https://adfs.contoso.com/adfs` (AD FS 2019
   * or later; older ones ask for `resource` instead of `scope` and do not work).
   */
  readonly authority?: string | undefined
}

export interface ResolvedAuthority {
  readonly auth: Pick<NodeAuthOptions, 'authority' | 'knownAuthorities'>
  readonly protocolMode: ProtocolMode
}

/**
 * Where tokens are asked for.
 *
 * @throws TypeError when it is neither a tenant nor an https address
 */
export function resolveAuthority(options: AuthorityOptions): ResolvedAuthority {
  if (options.authority === undefined) {
    const tenantId = requireText('tenantId', options.tenantId)
    if (!/^[A-Za-z0-9.-]+$/.test(tenantId)) {
      throw new TypeError(
        `tenantId must be an id or a domain such as 'contoso.onmicrosoft.com', received ${JSON.stringify(tenantId)}`,
      )
    }
    const authority = `${authorityHostOf(options.cloud ?? 'public')}/${tenantId}`
    return { auth: { authority }, protocolMode: ProtocolMode.AAD }
  }
  if (options.tenantId !== undefined || options.cloud !== undefined) {
    throw new TypeError('give either authority, or tenantId and cloud, received both')
  }
  return resolveAddress(options.authority)
}

function resolveAddress(authority: string): ResolvedAuthority {
  const url = URL.canParse(authority) ? new URL(authority) : undefined
  if (url?.protocol !== 'https:' || url.username !== '' || url.search !== '' || url.hash !== '') {
    throw new TypeError("authority must be an https address such as 'https://adfs.contoso.com/adfs'")
  }
  const isAdfs = url.pathname.split('/')[1]?.toLowerCase() === 'adfs'
  return {
    auth: { authority: url.href.replace(/\/?$/, '/'), knownAuthorities: [url.host] },
    protocolMode: isAdfs ? ProtocolMode.OIDC : ProtocolMode.AAD,
  }
}

/** @throws TypeError when the value is no text or empty; the value itself is not repeated, it may be a secret */
export function requireText(name: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value
  throw new TypeError(`${name} must be text, received ${value === '' ? 'an empty text' : typeof value}`)
}
