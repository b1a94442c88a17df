import { ManagedIdentityApplication, type ManagedIdentityIdParams } from '@azure/msal-node'
import type { Dispatcher } from 'undici'
import type { TokenCredential } from '../token-credential.js'
import { acquireToken, toScopeList } from './acquire-token.js'
import { createMsalNetwork } from './msal-network.js'

export interface ManagedIdentityCredentialOptions {
  /** Client id of a user-assigned identity. Give at most one of the three ids; none means the system-assigned one. */
  readonly clientId?: string | undefined
  /** Object (principal) id of a user-assigned identity. */
  readonly objectId?: string | undefined
  /** Azure resource id of a user-assigned identity. */
  readonly resourceId?: string | undefined
  /** Own dispatcher. MSAL keeps the one of the first managed identity credential for the whole process. */
  readonly dispatcher?: Dispatcher | undefined
}

/**
 * Tokens of the managed identity of the Azure machine, container or function that this runs on. The environment needs an
 * application user for it, with a security role.
 *
 * @throws TypeError when more than one id is given
 */
export function managedIdentityCredential(options: ManagedIdentityCredentialOptions = {}): TokenCredential {
  const network = createMsalNetwork(options.dispatcher)
  const application = new ManagedIdentityApplication({
    managedIdentityIdParams: identityOf(options),
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
