import type { TokenCredential } from '@deltaverse/client'
import type { Cloud } from '@deltaverse/client/credentials'
import type { Dispatcher } from 'undici'
import { UsageError } from '../program/usage-error.js'
import { isLoopback } from './is-loopback.js'
import { type AuthName, authNames } from './sign-in-names.js'

export interface CredentialSettings {
  readonly url: string
  readonly auth: AuthName | undefined
  readonly tenantId: string | undefined
  readonly clientId: string | undefined
  readonly cloud: Cloud | undefined
  /** How the authority is reached, where that is not directly. A managed identity is asked of this machine, never through a proxy. */
  readonly dispatcher?: Dispatcher | undefined
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The credential that arguments and environment ask for; `undefined` for this machine, where none is needed. Secrets come
 * from the environment or from files only: arguments can be read by every user of a machine.
 *
 * @param onMessage shows the user where to sign in
 * @throws UsageError that names what is missing
 */
export async function chooseCredential(
  settings: CredentialSettings,
  env: Environment,
  onMessage: (message: string) => void,
): Promise<TokenCredential | undefined> {
  const auth = settings.auth ?? authFromEnvironment(env)
  if (auth === undefined) {
    if (isLoopback(settings.url)) return undefined
    throw new UsageError(
      'no credential: set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET (or AZURE_CLIENT_CERTIFICATE_PATH), or DATAVERSE_TOKEN, or choose with --auth',
    )
  }
  // Loaded only now: a run without a token need not wait for it.
  const credentials = await import('@deltaverse/client/credentials')
  const cloud = settings.cloud ?? credentials.cloudForUrl(settings.url)
  const clientId = settings.clientId ?? read(env, 'AZURE_CLIENT_ID')
  const tenantId = settings.tenantId ?? read(env, 'AZURE_TENANT_ID')
  const { dispatcher } = settings
  const need = (value: string | undefined, what: string): string => {
    if (value !== undefined) return value
    throw new UsageError(`--auth ${auth} needs ${what}`)
  }
  const application = () => ({
    cloud,
    dispatcher,
    tenantId: need(tenantId, '--tenant-id or AZURE_TENANT_ID'),
    clientId: need(clientId, '--client-id or AZURE_CLIENT_ID'),
  })
  switch (auth) {
    case 'token':
      need(read(env, 'DATAVERSE_TOKEN'), 'DATAVERSE_TOKEN')
      return credentials.credentialFromEnvironment({ DATAVERSE_TOKEN: env.DATAVERSE_TOKEN }, settings.url)
    case 'managed-identity':
      return credentials.managedIdentityCredential({ clientId })
    case 'device-code':
      return credentials.deviceCodeCredential({
        cloud,
        dispatcher,
        tenantId: tenantId ?? 'organizations',
        clientId: need(clientId, '--client-id or AZURE_CLIENT_ID'),
        onEvent: (event) => onMessage(event.message),
      })
    case 'client-secret':
      return credentials.clientSecretCredential({
        ...application(),
        clientSecret: need(read(env, 'AZURE_CLIENT_SECRET'), 'AZURE_CLIENT_SECRET'),
      })
    case 'certificate':
      return credentials.clientCertificateCredential({
        ...application(),
        certificate: need(read(env, 'AZURE_CLIENT_CERTIFICATE_PATH'), 'AZURE_CLIENT_CERTIFICATE_PATH'),
        password: read(env, 'AZURE_CLIENT_CERTIFICATE_PASSWORD'),
      })
  }
}

/** The way that the environment variables speak of; the order is that of `credentialFromEnvironment()`. */
function authFromEnvironment(env: Environment): AuthName | undefined {
  if (read(env, 'DATAVERSE_TOKEN') !== undefined) return 'token'
  const named = read(env, 'DATAVERSE_AUTH')
  if (named !== undefined) {
    const auth = authNames.find((name) => name === named)
    if (auth !== undefined) return auth
    throw new UsageError(`DATAVERSE_AUTH must be one of ${authNames.join(', ')}, not "${named}"`)
  }
  if (read(env, 'AZURE_CLIENT_SECRET') !== undefined) return 'client-secret'
  return read(env, 'AZURE_CLIENT_CERTIFICATE_PATH') === undefined ? undefined : 'certificate'
}

function read(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim()
  return value === '' ? undefined : value
}
