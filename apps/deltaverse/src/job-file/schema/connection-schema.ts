import type { JsonSchema } from '@deltaverse/options'
import { authNames, cloudNames } from '../../environment/sign-in-names.js'
import { flag, mapOf, object, seconds, text } from './schema-parts.js'

const environment: Readonly<Record<string, JsonSchema>> = {
  dataverse: text('URL of the environment: https://contoso.crm4.dynamics.com'),
  auth: { enum: authNames, description: 'How to sign in. Default: as the environment variables say.' },
  tenantId: text('Directory (tenant) id or domain.'),
  clientId: text('Application (client) id.'),
  cloud: { enum: cloudNames, description: 'Default: told from the URL.' },
  allowInsecureHttp: flag('Allow http: to another machine, so that the token travels in clear.'),
  ca: text('File of certificates in PEM that are trusted beside those of the machine.'),
  connectTimeoutSeconds: seconds('Until a connection is open. Default: 10.'),
  headersTimeoutSeconds: seconds('Until an answer begins. Default: 300.'),
  bodyTimeoutSeconds: seconds('How long an answer may stall. Default: 120.'),
}

/** Environments, and the places of the connectors. */
export function connectionsSchema(sinks: readonly JsonSchema[]): JsonSchema {
  return mapOf(
    { anyOf: [object(environment, ['dataverse'], 'An environment.'), ...sinks] },
    'Environments, databases and folders, by names of your own.',
  )
}

/** `{ files: ./data, mode: mirror }`: the connector's name with an address or a connection, and its options beside it. */
export function sinkSchema(
  name: string,
  { properties = {} }: JsonSchema,
  modes: readonly string[],
): JsonSchema {
  const mode: JsonSchema = { enum: modes, description: 'How the table is kept.' }
  return object({ [name]: text('A connection, or a place.'), mode, ...properties }, [name], name)
}
