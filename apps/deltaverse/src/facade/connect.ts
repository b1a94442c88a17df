import { type ClientOptions, createClient, type DataverseClient } from '@deltaverse/client'
import { isLoopback } from '../environment/is-loopback.js'
import { createTable, type Table } from './table.js'

export interface ConnectOptions extends Omit<ClientOptions, 'url'> {}

/** An environment. */
export interface Connection {
  /** The client below it, for everything else. */
  readonly client: DataverseClient
  /** A table by logical name or entity set. */
  table(name: string): Table
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Connects to an environment. Without a `credential` the environment variables say how to sign in (`AZURE_TENANT_ID`, `AZURE_CLIENT_ID` and
 * a secret or certificate, or `DATAVERSE_TOKEN`); an emulator on this machine needs none.
 *
 * @throws TypeError for a URL that is none; DataverseError `unauthorized` where variables are missing
 */
export async function connect(url: string, options: ConnectOptions = {}): Promise<Connection> {
  const credential =
    options.credential ??
    (URL.canParse(url) && !isLoopback(url)
      ? (await import('@deltaverse/client/credentials')).credentialFromEnvironment(process.env, url)
      : undefined)
  const client = createClient({ ...options, url, credential })
  const close = (): Promise<void> => client.close()
  return { client, table: (name) => createTable(client, name), close, [Symbol.asyncDispose]: close }
}
