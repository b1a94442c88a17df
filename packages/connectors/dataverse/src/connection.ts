import type { DataverseClient, TokenCredential } from '@deltaverse/client'
import type { ConnectionSettings } from './options.js'

/** A client, and what to do behind it. */
export interface Connection {
  readonly client: DataverseClient
  release(): Promise<void>
}

/**
 * Connects as the options of the connector say.
 *
 * @throws TypeError or RangeError for options that cannot be right; DataverseError `unauthorized` that names the variables that
 *   are missing, `insecure-url`
 */
export async function connect(settings: ConnectionSettings): Promise<Connection> {
  const { client: given, url, apiVersion, allowInsecureHttp, maxBodyBytes, onEvent } = settings
  if (given !== undefined) return { client: given, async release() {} }
  if (url === undefined) throw new TypeError('url is required unless client is given')
  const { createClient } = await import('@deltaverse/client')
  const client = createClient({
    url,
    apiVersion,
    allowInsecureHttp,
    maxBodyBytes,
    headersTimeoutMs: settings.headersTimeoutMs,
    bodyTimeoutMs: settings.bodyTimeoutMs,
    onEvent,
    credential: await credentialOf(url, settings),
  })
  return { client, release: () => client.close() }
}

async function credentialOf(url: string, settings: ConnectionSettings): Promise<TokenCredential | undefined> {
  const variables = variablesFor(settings)
  if (settings.auth === 'none') return undefined
  if (settings.auth === 'environment' && isThisMachine(url) && !saysHow(variables)) return undefined
  // Loaded only now: who signs in nowhere need not wait for it.
  const { credentialFromEnvironment } = await import('@deltaverse/client/credentials')
  return credentialFromEnvironment(variables, url, { onEvent: settings.onEvent })
}

const application = ['AZURE_TENANT_ID', 'AZURE_CLIENT_ID']

/** The variables that belong to each way: the others must not win over the one that was chosen. */
const variablesOf: Readonly<Record<string, readonly string[]>> = {
  'client-secret': [...application, 'AZURE_CLIENT_SECRET'],
  certificate: [...application, 'AZURE_CLIENT_CERTIFICATE_PATH', 'AZURE_CLIENT_CERTIFICATE_PASSWORD'],
  'managed-identity': ['AZURE_CLIENT_ID'],
  'device-code': application,
  token: ['DATAVERSE_TOKEN'],
}

function variablesFor({ auth, tenantId, clientId, env = process.env }: ConnectionSettings) {
  const own = {
    ...(tenantId !== undefined && { AZURE_TENANT_ID: tenantId }),
    ...(clientId !== undefined && { AZURE_CLIENT_ID: clientId }),
  }
  const names = variablesOf[auth]
  if (names === undefined) return { ...env, ...own }
  const way = auth === 'managed-identity' || auth === 'device-code' ? { DATAVERSE_AUTH: auth } : {}
  return { ...Object.fromEntries(names.map((name) => [name, env[name]])), ...own, ...way }
}

function saysHow(variables: Readonly<Record<string, string | undefined>>): boolean {
  return ['DATAVERSE_TOKEN', 'DATAVERSE_AUTH', 'AZURE_CLIENT_SECRET', 'AZURE_CLIENT_CERTIFICATE_PATH'].some(
    (name) => (variables[name] ?? '').trim() !== '',
  )
}

/** An emulator answers there without a token. */
function isThisMachine(url: string): boolean {
  const hostname = URL.canParse(url) ? new URL(url).hostname : ''
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname)
}
