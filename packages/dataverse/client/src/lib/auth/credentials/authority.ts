import { type NodeAuthOptions, ProtocolMode } from '@azure/msal-node'
import { authorityHostOf } from './cloud.js'
import type { AuthorityOptions } from './credential-options.js'

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
    const { tenantId, cloud = 'public' } = options
    if (tenantId === undefined) throw new TypeError('tenantId is required unless authority is given')
    const authority = `${authorityHostOf(cloud)}/${tenantId}`
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
