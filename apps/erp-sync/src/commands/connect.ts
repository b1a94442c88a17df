import {
  createClient,
  type DataverseClient,
  type Interceptor,
  type TokenCredential,
} from '@deltaverse/client'
import { isDataverseError } from '@deltaverse/core'
import { UsageError } from 'deltaverse/program'
import { tellClientEvent } from 'deltaverse/report'

export interface ConnectOptions {
  readonly url: string
  readonly allowInsecureHttp: boolean
  readonly env: Readonly<Record<string, string | undefined>>
  readonly interceptor: Interceptor
  readonly say: (line: string) => void
}

/**
 * A client with the credential of the environment variables; with none for an emulator on this machine.
 *
 * @throws UsageError for a URL or credential that cannot be used
 */
export async function connect(options: ConnectOptions): Promise<DataverseClient> {
  const { url, allowInsecureHttp, env, interceptor, say } = options
  try {
    return createClient({
      url,
      allowInsecureHttp,
      credential: await chooseCredential(url, env, say),
      interceptors: [interceptor],
      userAgent: 'deltaverse-erp-sync',
      onEvent: (event) => tellClientEvent(event, say),
    })
  } catch (error) {
    const isOurs = error instanceof TypeError || error instanceof RangeError || isDataverseError(error)
    throw isOurs ? new UsageError((error as Error).message) : error
  }
}

async function chooseCredential(
  url: string,
  env: ConnectOptions['env'],
  say: (line: string) => void,
): Promise<TokenCredential | undefined> {
  const { protocol, hostname } = new URL(url)
  if (protocol === 'http:' && /^(localhost|\[::1\]|127(\.\d{1,3}){3})$/.test(hostname)) return undefined
  // Loaded only now: an emulator needs no library that signs in.
  const { credentialFromEnvironment } = await import('@deltaverse/client/credentials')
  return credentialFromEnvironment(env, url, { onEvent: ({ message }) => say(message) })
}
