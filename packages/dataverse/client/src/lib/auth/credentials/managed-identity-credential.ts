import { ManagedIdentityApplication, type ManagedIdentityIdParams } from '@azure/msal-node'
import type { TokenCredential } from '../token-credential.js'
import { acquireToken, toScopeList } from './acquire-token.js'
import { type ManagedIdentityCredentialOptions, managedIdentityOptions } from './credential-options.js'
import { createMsalNetwork } from './msal-network.js'

/**
 * Tokens of the managed identity of the Azure machine, container or function that this runs on. The environment needs an
 * application user for it, with a security role.
 *
 * @throws TypeError for options of the wrong kind, and when more than one id is given
 */
export function managedIdentityCredential(options: ManagedIdentityCredentialOptions = {}): TokenCredential {
  const given = managedIdentityOptions.parse(options)
  const network = createMsalNetwork(given.dispatcher)
  const application = new ManagedIdentityApplication({
    managedIdentityIdParams: identityOf(given),
    system: { networkClient: network },
  })
  return {
    async getToken(scopes, { abortSignal, claims, forceRefresh } = {}) {
      const list = toScopeList(scopes)
      const [scope = ''] = list
      return acquireToken({ network, scopes: list, secrets: [], signal: abortSignal }, () =>
        application.acquireToken({
          // Managed identities are asked by resource, which is the scope without its last segment.
          resource: scope.replace(/\/\.default$/, ''),
          forceRefresh: forceRefresh ?? false,
          ...(claims === undefined ? {} : { claims }),
        }),
      )
    },
  }
}

function identityOf(options: ManagedIdentityCredentialOptions): ManagedIdentityIdParams {
  const { clientId, objectId, resourceId } = options
  if ([clientId, objectId, resourceId].filter((id) => id !== undefined).length > 1) {
    throw new TypeError('give at most one of clientId, objectId and resourceId')
  }
  return {
    ...(clientId === undefined ? {} : { userAssignedClientId: clientId }),
    ...(objectId === undefined ? {} : { userAssignedObjectId: objectId }),
    ...(resourceId === undefined ? {} : { userAssignedResourceId: resourceId }),
  }
}
