import type { ClientEvent, DataverseClient } from '@deltaverse/client'
import type { CredentialEvent } from '@deltaverse/client/credentials'
import { authoritySpec, clientOptions } from '@deltaverse/client/options'
import {
  callable,
  createOption,
  defineOptions,
  instance,
  kindOf,
  type OptionsInput,
  type OptionsOutput,
  oneOf,
  text,
} from '@deltaverse/options'
import type { WriteEvent } from './sink/result/write-event.js'
import { dataverseSinkOptions } from './sink/sink-options.js'
import { upsertWriterOptions } from './sink/writer-options.js'
import { changeFeedOptions, type FeedEvent, plainFeedSpec } from './source/options.js'

type Variables = Readonly<Record<string, string | undefined>>

const variables = createOption<Variables, { doc: string; defaultText: string }>(
  {
    check(name, value) {
      if (typeof value === 'object' && value !== null) return value as Variables
      throw new TypeError(`${name} must be an object of variables, received ${kindOf(value)}`)
    },
    type: 'object',
  },
  {
    defaultText: 'those of the process',
    doc: 'Environment variables, where secrets come from; none is an option, so that no file or command line holds one.',
  },
)

const { apiVersion, allowInsecureHttp, maxBodyBytes, headersTimeoutMs, bodyTimeoutMs } = clientOptions.spec

/** Which environment, and how to sign in there. */
export const connectionSpec = {
  url: text({
    doc: 'URL of the environment, `https://contoso.crm4.dynamics.com`. Required unless client is given.',
  }),
  auth: oneOf(
    ['environment', 'client-secret', 'certificate', 'managed-identity', 'device-code', 'token', 'none'],
    {
      default: 'environment',
      doc: 'How to sign in. environment: as the variables AZURE_…, DATAVERSE_AUTH and DATAVERSE_TOKEN say, and not at all on this machine where they say nothing; the others by name, with the variables that belong to them.',
    },
  ),
  tenantId: authoritySpec.tenantId,
  clientId: text({
    defaultText: 'AZURE_CLIENT_ID',
    doc: 'Application (client) id of the app registration, or of a user-assigned identity.',
  }),
  apiVersion,
  allowInsecureHttp,
  maxBodyBytes,
  headersTimeoutMs,
  bodyTimeoutMs,
  client: instance<DataverseClient>(['request'])({
    doc: 'A client that is there already, in the place of the options of a connection. It is not closed.',
  }),
  env: variables,
  onEvent: callable<(event: ClientEvent | CredentialEvent | FeedEvent | WriteEvent) => void>()({
    default: () => {},
    defaultText: 'nobody',
    doc: 'Told of what happens: requests that are repeated, the governor, codes to sign in with, pages that are read and rows that are not written.',
  }),
} as const

const { clock, random } = changeFeedOptions.spec

/** The options of the connector as a source, as a file or a command line has them. */
export const dataverseSourceOptions = defineOptions('the connector dataverse, as a source,', {
  ...connectionSpec,
  entitySet: changeFeedOptions.spec.entitySet,
  ...plainFeedSpec,
  clock,
  random,
})

const { entitySet: _, operation, keyOf, onAbort, stopAfterFailures, ...ofWriter } = upsertWriterOptions.spec

/** The options of the connector as a sink. */
export const dataverseTargetOptions = defineOptions('the connector dataverse, as a sink,', {
  ...ofWriter,
  ...dataverseSinkOptions.spec,
  ...connectionSpec,
})

export type DataverseSourceOptions = OptionsInput<typeof dataverseSourceOptions.spec>
export type DataverseTargetOptions = OptionsInput<typeof dataverseTargetOptions.spec>

/** What a connection is made with. */
export type ConnectionSettings = Pick<
  OptionsOutput<typeof dataverseSourceOptions.spec>,
  keyof typeof connectionSpec
>
