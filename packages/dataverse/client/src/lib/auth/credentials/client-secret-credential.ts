import { ConfidentialClientApplication } from '@azure/msal-node'
import type { Dispatcher } from 'undici'
import type { TokenCredential } from '../token-credential.js'
import { acquireToken, toScopeList } from './acquire-token.js'
import { type AuthorityOptions, requireText, resolveAuthority } from './authority.js'
import { createMsalNetwork } from './msal-network.js'

export interface ClientSecretCredentialOptions extends AuthorityOptions {
  /** Application (client) id of the app registration. */
  readonly clientId: string
  readonly clientSecret: string
  /** For proxies or an own certificate authority. Default: direct connections. */
  readonly dispatcher?: Dispatcher | undefined
}

/**
 * Tokens for an application with a client secret. The environment needs an application user for it, with a security role
 * (Microsoft Learn: Use OAuth authentication with Microsoft Dataverse).
 *
 * @throws TypeError for options that are missing or of the wrong kind
 */
export function clientSecretCredential(options: ClientSecretCredentialOptions): TokenCredential {
  const clientSecret = requireText('clientSecret', options.clientSecret)
  const network = createMsalNetwork(options.dispatcher)
  const { auth, protocolMode } = resolveAuthority(options)
  const application = new ConfidentialClientApplication({
    auth: { ...auth, clientId: requireText('clientId', options.clientId), clientSecret },
    system: { networkClient: network, protocolMode },
  })
  return {
    async getToken(scopes, { abortSignal, claims, forceRefresh } = {}) {
      const list = toScopeList(scopes)
      return acquireToken({ network, scopes: list, secrets: [clientSecret], signal: abortSignal }, () =>
        application.acquireTokenByClientCredential({
          scopes: list,
          skipCache: forceRefresh ?? false,
          ...(claims === undefined ? {} : { claims }),
        }),
      )
    },
  }
}
