import type { Connector } from '@deltaverse/core'
import type { JsonSchema } from '@deltaverse/options'
import { type ConnectorSchemas, jobFileSchema } from './job-file-schema.js'

/** The JSON Schema of a job file, made of what the connectors declare. */
export async function loadJobFileSchema(): Promise<JsonSchema> {
  const { connectorNames, loadConnector } = await import('@deltaverse/registry')
  const { dataverse, ...others } = Object.fromEntries(
    await Promise.all(connectorNames.map(async (name) => [name, await loadConnector(name)] as const)),
  )
  const sinks: Record<string, ConnectorSchemas['sinks'][string]> = {}
  for (const [name, { sink }] of Object.entries(others)) {
    if (sink !== undefined) sinks[name] = { options: schemaOf(sink.options), modes: sink.modes }
  }
  return jobFileSchema({
    sinks,
    feed: schemaOf(dataverse?.source?.options),
    writer: schemaOf(dataverse?.sink?.options),
  })
}

function schemaOf(options: NonNullable<Connector['sink']>['options'] | undefined): JsonSchema {
  return (options?.toJsonSchema() ?? {}) as JsonSchema
}
