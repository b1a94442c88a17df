import { DataverseError } from '@deltaverse/core'
import type { TokenCredential } from '../token-credential.js'
import { clientCertificateCredential } from './client-certificate-credential.js'
import { clientSecretCredential } from './client-secret-credential.js'
import { cloudForUrl } from './cloud.js'
import { type CredentialFromEnvironmentOptions, environmentOptions } from './credential-options.js'
import { deviceCodeCredential } from './device-code-credential.js'
import { managedIdentityCredential } from './managed-identity-credential.js'
import { tokenTextCredential } from './token-text-credential.js'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Chooses a credential by environment variables. The first that applies:
 *
 * 1. `DATAVERSE_TOKEN`: this token, as long as it lives.
 * 2. `DATAVERSE_AUTH=managed-identity`, with `AZURE_CLIENT_ID` for a user-assigned one.
 * 3. `DATAVERSE_AUTH=device-code`, with `AZURE_CLIENT_ID`, and `AZURE_TENANT_ID` (default `organizations`).
 * 4. `AZURE_TENANT_ID` and `AZURE_CLIENT_ID` with `AZURE_CLIENT_SECRET`, or with `AZURE_CLIENT_CERTIFICATE_PATH` and, where
 *    needed, `AZURE_CLIENT_CERTIFICATE_PASSWORD`.
 *
 * The cloud is told from the URL. Empty variables count as absent.
 *
 * @param url of the environment
 * @throws DataverseError `unauthorized` that names what is missing
 */
export function credentialFromEnvironment(
  env: Environment,
  url: string,
  options: CredentialFromEnvironmentOptions = {},
): TokenCredential {
  const { dispatcher } = environmentOptions.parse(options)
  const token = readVariable(env, 'DATAVERSE_TOKEN')
  if (token !== undefined) return tokenTextCredential(token)
  const way = readVariable(env, 'DATAVERSE_AUTH')
  switch (way) {
    case 'managed-identity':
      return managedIdentityCredential({ dispatcher, clientId: readVariable(env, 'AZURE_CLIENT_ID') })
    case 'device-code':
      return deviceCodeFromEnvironment(env, url, options)
    case undefined:
      return applicationFromEnvironment(env, url, options)
    default:
      throw misconfigured(
        `DATAVERSE_AUTH must be device-code or managed-identity, received ${JSON.stringify(way)}`,
      )
  }
}

function deviceCodeFromEnvironment(
  env: Environment,
  url: string,
  { onEvent, dispatcher }: CredentialFromEnvironmentOptions,
): TokenCredential {
  const clientId = readVariable(env, 'AZURE_CLIENT_ID')
  if (clientId === undefined) throw misconfigured('DATAVERSE_AUTH=device-code needs AZURE_CLIENT_ID')
  if (onEvent === undefined)
    throw misconfigured('DATAVERSE_AUTH=device-code needs somebody to show the code to')
  const tenantId = readVariable(env, 'AZURE_TENANT_ID') ?? 'organizations'
  return deviceCodeCredential({ tenantId, clientId, onEvent, dispatcher, cloud: cloudForUrl(url) })
}

function applicationFromEnvironment(
  env: Environment,
  url: string,
  { dispatcher }: CredentialFromEnvironmentOptions,
): TokenCredential {
  const tenantId = readVariable(env, 'AZURE_TENANT_ID')
  const clientId = readVariable(env, 'AZURE_CLIENT_ID')
  const clientSecret = readVariable(env, 'AZURE_CLIENT_SECRET')
  const certificate = readVariable(env, 'AZURE_CLIENT_CERTIFICATE_PATH')
  if (tenantId === undefined || clientId === undefined || (clientSecret ?? certificate) === undefined) {
    const missing = [
      ...(tenantId === undefined ? ['AZURE_TENANT_ID'] : []),
      ...(clientId === undefined ? ['AZURE_CLIENT_ID'] : []),
      ...((clientSecret ?? certificate) === undefined
        ? ['AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH']
        : []),
    ]
    throw misconfigured(`${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not set`)
  }
  const common = { tenantId, clientId, dispatcher, cloud: cloudForUrl(url) }
  if (clientSecret !== undefined) return clientSecretCredential({ ...common, clientSecret })
  return clientCertificateCredential({
    ...common,
    certificate: certificate ?? '',
    password: readVariable(env, 'AZURE_CLIENT_CERTIFICATE_PASSWORD'),
  })
}

function readVariable(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim()
  return value === '' ? undefined : value
}

function misconfigured(what: string): DataverseError {
  return new DataverseError(
    `No credential for Dataverse: ${what}. Set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET (or ` +
      'AZURE_CLIENT_CERTIFICATE_PATH), or DATAVERSE_AUTH to device-code or managed-identity, or DATAVERSE_TOKEN.',
    { code: 'unauthorized' },
  )
}
