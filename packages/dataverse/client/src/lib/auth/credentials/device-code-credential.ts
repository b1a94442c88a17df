import { type AccountInfo, type AuthenticationResult, PublicClientApplication } from '@azure/msal-node'
import type { GetTokenOptions, TokenCredential } from '../token-credential.js'
import { acquireToken, toScopeList } from './acquire-token.js'
import { resolveAuthority } from './authority.js'
import { type DeviceCodeCredentialOptions, deviceCodeOptions } from './credential-options.js'
import { createMsalNetwork } from './msal-network.js'

/**
 * Tokens for a user, who signs in on another device with a code. Asked once; later tokens come silently, as long as this
 * credential lives.
 *
 * @throws TypeError for options that are missing or of the wrong kind
 */
export function deviceCodeCredential(options: DeviceCodeCredentialOptions): TokenCredential {
  const { clientId, onEvent, ...given } = deviceCodeOptions.parse(options)
  const network = createMsalNetwork(given.dispatcher)
  const { auth, protocolMode } = resolveAuthority(given)
  const application = new PublicClientApplication({
    auth: { ...auth, clientId },
    system: { networkClient: network, protocolMode },
  })
  let account: AccountInfo | undefined

  async function signIn(scopes: string[], request: GetTokenOptions): Promise<AuthenticationResult | null> {
    const silent = account === undefined ? undefined : await acquireSilently(account, scopes, request)
    const result = silent ?? (await acquireByCode(scopes, request))
    account = result?.account ?? account
    return result
  }

  async function acquireSilently(
    known: AccountInfo,
    scopes: string[],
    { claims, forceRefresh }: GetTokenOptions,
  ): Promise<AuthenticationResult | undefined> {
    try {
      return await application.acquireTokenSilent({
        account: known,
        scopes,
        forceRefresh: forceRefresh ?? false,
        ...(claims === undefined ? {} : { claims }),
      })
    } catch (error) {
      // Nobody should be asked to sign in because a cable was loose.
      const failure = network.takeFailure()
      if (failure !== undefined) throw failure
      if (isInteractionRequired(error)) return undefined
      throw error
    }
  }

  async function acquireByCode(
    scopes: string[],
    { claims, abortSignal }: GetTokenOptions,
  ): Promise<AuthenticationResult | null> {
    const request = {
      scopes,
      cancel: false,
      deviceCodeCallback: (code: {
        message: string
        userCode: string
        verificationUri: string
        expiresIn: number
      }) =>
        onEvent({
          kind: 'device-code',
          message: code.message,
          userCode: code.userCode,
          verificationUri: code.verificationUri,
          expiresInMs: code.expiresIn * 1000,
        }),
      ...(claims === undefined ? {} : { claims }),
    }
    // MSAL knows no signal: it looks at this member before every poll.
    const cancel = (): void => {
      request.cancel = true
    }
    abortSignal?.addEventListener('abort', cancel, { once: true })
    try {
      return await application.acquireTokenByDeviceCode(request)
    } finally {
      abortSignal?.removeEventListener('abort', cancel)
    }
  }

  return {
    async getToken(scopes, request = {}) {
      const list = toScopeList(scopes).map(toUserScope)
      return acquireToken({ network, scopes: list, secrets: [], signal: request.abortSignal }, () =>
        signIn(list, request),
      )
    },
  }
}

// Users act through the permission of that name; `.default` is for applications.
function toUserScope(scope: string): string {
  return scope.replace(/\/\.default$/, '/user_impersonation')
}

function isInteractionRequired(error: unknown): boolean {
  return error instanceof Error && /^(?:InteractionRequiredAuthError|ClientAuthError)$/.test(error.name)
}
