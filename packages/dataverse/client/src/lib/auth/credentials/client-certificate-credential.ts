import { ConfidentialClientApplication } from '@azure/msal-node'
import type { Dispatcher } from 'undici'
import type { TokenCredential } from '../token-credential.js'
import { toTokenError } from '../token-error.js'
import { acquireToken, toScopeList } from './acquire-token.js'
import { type AuthorityOptions, requireText, resolveAuthority } from './authority.js'
import { type ClientCertificate, loadCertificate } from './load-certificate.js'
import { createMsalNetwork } from './msal-network.js'

export interface ClientCertificateCredentialOptions extends AuthorityOptions {
  /** Application (client) id of the app registration. */
  readonly clientId: string
  /**
   * Certificate with its private key: PEM text, the content of a PEM or PFX (PKCS #12) file, or the path of such a file,
   * which is read when the first token is asked for.
   */
  readonly certificate: string | Uint8Array
  /** Password of the PFX or of the encrypted private key. Default: none. */
  readonly password?: string | undefined
  /** Sends the certificate chain along, for app registrations that trust subject name and issuer. Default: `false`. */
  readonly sendCertificateChain?: boolean | undefined
  /** For proxies or an own certificate authority. Default: direct connections. */
  readonly dispatcher?: Dispatcher | undefined
}

/**
 * Tokens for an application with a certificate. The environment needs an application user for it, with a security role.
 *
 * @throws TypeError for options that are missing or of the wrong kind; a certificate that cannot be read makes `getToken`
 *   reject with an `unauthorized` DataverseError
 */
export function clientCertificateCredential(options: ClientCertificateCredentialOptions): TokenCredential {
  const { certificate, password } = options
  if (!(certificate instanceof Uint8Array)) requireText('certificate', certificate)
  const clientId = requireText('clientId', options.clientId)
  const authority = resolveAuthority(options)
  const network = createMsalNetwork(options.dispatcher)
  let application: Promise<ConfidentialClientApplication> | undefined

  async function createApplication(): Promise<ConfidentialClientApplication> {
    const loaded = await loadCertificate(certificate, password)
    return new ConfidentialClientApplication({
      auth: { ...authority.auth, clientId, clientCertificate: toMsalCertificate(loaded, options) },
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
  options: ClientCertificateCredentialOptions,
): { thumbprintSha256: string; privateKey: string; x5c?: string } {
  return {
    thumbprintSha256: loaded.thumbprintSha256,
    privateKey: loaded.privateKey,
    ...(options.sendCertificateChain ? { x5c: loaded.chain } : {}),
  }
}
