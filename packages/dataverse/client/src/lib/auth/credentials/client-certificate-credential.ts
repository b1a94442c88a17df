import { ConfidentialClientApplication } from '@azure/msal-node'
import type { TokenCredential } from '../token-credential.js'
import { toTokenError } from '../token-error.js'
import { acquireToken, toScopeList } from './acquire-token.js'
import { resolveAuthority } from './authority.js'
import { type ClientCertificateCredentialOptions, clientCertificateOptions } from './credential-options.js'
import { type ClientCertificate, loadCertificate } from './load-certificate.js'
import { createMsalNetwork } from './msal-network.js'

/**
 * Tokens for an application with a certificate. The environment needs an application user for it, with a security role.
 *
 * @throws TypeError for options that are missing or of the wrong kind; a certificate that cannot be read makes `getToken`
 *   reject with an `unauthorized` DataverseError
 */
export function clientCertificateCredential(options: ClientCertificateCredentialOptions): TokenCredential {
  const { certificate, password, clientId, sendCertificateChain, ...given } =
    clientCertificateOptions.parse(options)
  const authority = resolveAuthority(given)
  const network = createMsalNetwork(given.dispatcher)
  let application: Promise<ConfidentialClientApplication> | undefined

  async function createApplication(): Promise<ConfidentialClientApplication> {
    const loaded = await loadCertificate(certificate, password)
    return new ConfidentialClientApplication({
      auth: {
        ...authority.auth,
        clientId,
        clientCertificate: toMsalCertificate(loaded, sendCertificateChain),
      },
      system: { networkClient: network, protocolMode: authority.protocolMode },
    })
  }

  return {
    async getToken(scopes, { abortSignal, claims, forceRefresh } = {}) {
      const list = toScopeList(scopes)
      const secrets = password === undefined ? [] : [password]
      application ??= createApplication()
      const ready = await application.catch((cause: unknown) => {
        // A file that is missing now may be there next time.
        application = undefined
        throw toTokenError(list, cause, secrets)
      })
      return acquireToken({ network, scopes: list, secrets, signal: abortSignal }, () =>
        ready.acquireTokenByClientCredential({
          scopes: list,
          skipCache: forceRefresh ?? false,
          ...(claims === undefined ? {} : { claims }),
        }),
      )
    },
  }
}

function toMsalCertificate(
  loaded: ClientCertificate,
  sendCertificateChain: boolean,
): { thumbprintSha256: string; privateKey: string; x5c?: string } {
  return {
    thumbprintSha256: loaded.thumbprintSha256,
    privateKey: loaded.privateKey,
    ...(sendCertificateChain ? { x5c: loaded.chain } : {}),
  }
}
