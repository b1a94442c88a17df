import type { JsonSchema } from '@deltaverse/options'
import { connectionsSchema, sinkSchema } from './schema/connection-schema.js'
import { pullSchema } from './schema/pull-schema.js'
import { pushSchema, pushTerms } from './schema/push-schema.js'
import { limitsSchema, scheduleTerms } from './schema/schedule-schema.js'
import { mapOf, object, text, texts } from './schema/schema-parts.js'

/** What the connectors can be told, as they declare it. */
export interface ConnectorSchemas {
  readonly sinks: Readonly<
    Record<string, { readonly options: JsonSchema; readonly modes: readonly string[] }>
  >
  /** Of Dataverse as a source. */
  readonly feed: JsonSchema
  /** Of Dataverse as a sink. */
  readonly writer: JsonSchema
}

const share: JsonSchema = {
  type: 'number',
  minimum: 0,
  maximum: 1,
  description: 'The largest share of the rows known that one run may delete or deactivate. Default: 0.5.',
}

/** The JSON Schema of a job file, with the options of every connector that there is. */
export function jobFileSchema(connectors: ConnectorSchemas): JsonSchema {
  const sinks = Object.entries(connectors.sinks).map(([name, { options, modes }]) =>
    sinkSchema(name, options, modes),
  )
  const common = {
    after: texts('Jobs that have to be done before this one.'),
    ...scheduleTerms,
    maxDeleteShare: share,
  }
  const pullJob = object(
    { pull: pullSchema(connectors.feed), to: { anyOf: [text('A connection.'), ...sinks] }, ...common },
    ['pull', 'to'],
    'Out of an environment.',
  )
  const pushJob = object(
    { push: pushSchema(connectors.writer), ...pushTerms, ...common },
    ['push'],
    'Into an environment.',
  )
  return object(
    {
      $schema: { type: 'string', description: 'Where this schema is, for editors.' },
      connections: connectionsSchema(sinks),
      limits: limitsSchema,
      jobs: mapOf({ anyOf: [pullJob, pushJob] }, 'What is to be done, by names of your own.'),
    },
    ['connections', 'jobs'],
    'What deltaverse does, and with what.',
  )
}
