import { readFileSync } from 'node:fs'
import { flag, listOf, type OptionsOutput, oneOf, share, text, whole } from '@deltaverse/options'
import type { CommandContext } from '../../command-line/command-context.js'
import {
  type Environment,
  type EnvironmentSettings,
  openEnvironment,
} from '../../environment/open-environment.js'
import { authNames, cloudNames } from '../../environment/sign-in-names.js'
import { UsageError } from '../../program/usage-error.js'

/** What a config file says of the environment; the names are those of Singer's world. */
export const environmentSpec = {
  url: text({ required: true, doc: 'The environment, such as https://contoso.crm4.dynamics.com.' }),
  auth: oneOf(authNames, { doc: 'How to sign in.', defaultText: 'as the environment variables say' }),
  tenant_id: text({ doc: 'Directory (tenant) id or domain.' }),
  client_id: text({ doc: 'Application (client) id.' }),
  client_secret: text({ doc: 'Secret of the application; better in AZURE_CLIENT_SECRET.' }),
  cloud: oneOf(cloudNames, { doc: 'The cloud.', defaultText: 'told from the URL' }),
  allow_insecure_http: flag({
    default: false,
    doc: 'Allows http: to another machine, so that the token travels in clear.',
  }),
} as const

type EnvironmentConfig = OptionsOutput<typeof environmentSpec>

export const decimalsSpec = {
  decimals: oneOf(['text', 'number'], {
    default: 'text',
    doc: 'How decimals go: as text with every digit (x-singer.decimal), or as numbers, which several targets keep as doubles.',
  }),
} as const

export const tapReadSpec = {
  tables: listOf(text({ doc: 'Logical name or entity set.' }), {
    doc: 'Tables to offer. Without a catalog they are read with all columns.',
    defaultText: 'those with change tracking',
  }),
  versions: flag({
    default: true,
    doc: 'Ends a read of a whole table with ACTIVATE_VERSION, so that the target lets go of rows that are gone.',
  }),
  page_size: whole({ min: 1, max: 5_000, doc: 'Rows in a page.', defaultText: "the service's maximum" }),
  concurrency: whole({ default: 4, min: 1, max: 64, doc: 'Tables at once.' }),
  max_delete_share: share({
    default: 0.5,
    doc: 'The largest share of the rows known that one read may delete.',
  }),
} as const

/** Reads a file of JSON. @throws UsageError naming the flag */
export function readJsonFile(flagName: string, path: string): unknown {
  let json: string
  try {
    json = readFileSync(path, 'utf8')
  } catch (error) {
    throw new UsageError(`${flagName}: ${error instanceof Error ? error.message : String(error)}`)
  }
  try {
    return JSON.parse(json.replace(/^\uFEFF/, ''))
  } catch {
    // What a parser says of a file shows some of it, and this one may hold a secret.
    throw new UsageError(`${flagName}: ${path} is no JSON`)
  }
}

/** Checks what a file says against its declaration. @throws UsageError naming the flag */
export function checked<T>(flagName: string, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError)
      throw new UsageError(`${flagName}: ${error.message}`)
    throw error
  }
}

/** Signs in as a config says. Everything that is said goes to standard error: the other one is for messages. */
export function openConfigured(config: EnvironmentConfig, context: CommandContext): Promise<Environment> {
  const settings: EnvironmentSettings = {
    url: config.url,
    auth: config.auth,
    tenantId: config.tenant_id,
    clientId: config.client_id,
    cloud: config.cloud,
    allowInsecureHttp: config.allow_insecure_http,
  }
  const secret = config.client_secret === undefined ? {} : { AZURE_CLIENT_SECRET: config.client_secret }
  return openEnvironment(settings, { ...context, env: { ...context.env, ...secret } })
}

/** The same context, with standard output left to messages. */
export function besideMessages({ terminal, ...rest }: CommandContext): CommandContext {
  return { ...rest, terminal: { ...terminal, say: terminal.warn, progress: () => undefined } }
}
