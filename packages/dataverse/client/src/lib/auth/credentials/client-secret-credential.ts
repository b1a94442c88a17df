import { ConfidentialClientApplication } from '@azure/msal-node'
import type { TokenCredential } from '../token-credential.js'
import { acquireToken, toScopeList } from './acquire-token.js'
import { resolveAuthority } from './authority.js'
import { type ClientSecretCredentialOptions, clientSecretOptions } from './credential-options.js'
import { createMsalNetwork } from './msal-network.js'

/**
 * Tokens for an application with a client secret. The environment needs an application user for it, with a security role
 * (Microsoft Learn: Use OAuth authentication with Microsoft Dataverse).
 *
 * @throws TypeError for options that are missing or of the wrong kind
 */
export function clientSecretCredential(options: ClientSecretCredentialOptions): TokenCredential {
  const { clientId, clientSecret, ...given } = clientSecretOptions.parse(options)
  const network = createMsalNetwork(given.dispatcher)
  const { auth, protocolMode } = resolveAuthority(given)
  const application = new ConfidentialClientApplication({
    auth: { ...auth, clientId, clientSecret },
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
