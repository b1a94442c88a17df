import { readFileSync } from 'node:fs'
import * as tls from 'node:tls'
import type { Dispatcher } from 'undici'
import { UsageError } from '../program/usage-error.js'

/** How the network is reached. */
export interface NetworkSettings {
  /** File of certificates in PEM that are trusted beside those of the machine. */
  readonly ca?: string | undefined
  readonly connectTimeoutMs?: number | undefined
  /** Until an answer begins. */
  readonly headersTimeoutMs?: number | undefined
  /** How long a body may stall. */
  readonly bodyTimeoutMs?: number | undefined
}

type Variables = Readonly<Record<string, string | undefined>>

/** Connections to one origin at a time, as a client of its own would open. */
const connections = 64

/**
 * Connections through the proxies that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name, and with certificates of one's own; `undefined`
 * where there is neither, and a client makes its own. Names in small letters win, as everywhere.
 *
 * @throws UsageError for a proxy that is no URL, and for certificates that cannot be read
 */
export async function openDispatcher(
  { ca: file, connectTimeoutMs: timeout = 10_000 }: NetworkSettings,
  env: Variables,
): Promise<Dispatcher | undefined> {
  const httpProxy = proxyOf(env, 'http_proxy')
  const httpsProxy = proxyOf(env, 'https_proxy')
  if (file === undefined && httpProxy === '' && httpsProxy === '') return undefined
  const ca = file === undefined ? undefined : [...trusted(env), readCertificates(file)]
  const { EnvHttpProxyAgent } = await import('undici')
  return new EnvHttpProxyAgent({
    httpProxy,
    httpsProxy,
    noProxy: env.no_proxy ?? env.NO_PROXY ?? '',
    connections,
    connect: { timeout, ...(ca && { ca }) },
    requestTls: { timeout, ...(ca && { ca }) },
    proxyTls: { timeout, ...(ca && { ca }) },
  })
}

/** @throws UsageError that shows no password */
function proxyOf(env: Variables, name: string): string {
  const upper = name.toUpperCase()
  const text = (env[name] ?? env[upper] ?? '').trim()
  if (text === '') return ''
  // Everybody else takes a proxy without http:// as well.
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`
  if (URL.canParse(url) && /^https?:/i.test(url)) return url
  throw new UsageError(`${upper} names a proxy like http://proxy.contoso.com:8080, which it does not`)
}

function trusted(env: Variables): readonly string[] {
  const more = env.NODE_EXTRA_CA_CERTS
  return more === undefined || more === ''
    ? tls.rootCertificates
    : [...tls.rootCertificates, readCertificates(more, 'NODE_EXTRA_CA_CERTS')]
}

function readCertificates(file: string, where = '--ca'): string {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new UsageError(`${where}: ${file} cannot be read: ${(error as Error).message}`)
  }
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text
  throw new UsageError(`${where}: ${file} holds no certificate in PEM (-----BEGIN CERTIFICATE-----)`)
}
