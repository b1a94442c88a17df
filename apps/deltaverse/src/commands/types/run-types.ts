import { describeTable } from '@deltaverse/dataverse'
import { createMetadataReader, type DetailedKind, type MetadataReader } from '@deltaverse/metadata'
import type { CommandContext, CommandResult } from '../../command-line/command-context.js'
import { type EnvironmentSettings, openEnvironment } from '../../environment/open-environment.js'
import { exitCodes } from '../../program/exit-codes.js'
import { formatRowType } from './format-row-type.js'

export interface TypesSettings {
  readonly environment: EnvironmentSettings
  readonly tables: readonly string[]
}

const choiceKinds: readonly DetailedKind[] = ['choice', 'choices', 'state', 'status', 'boolean']

/** Prints the type of the rows of tables, as a module of TypeScript. */
export async function runTypes(settings: TypesSettings, context: CommandContext): Promise<CommandResult> {
  const { signal } = context
  const environment = await openEnvironment(settings.environment, context)
  try {
    const metadata = createMetadataReader(environment.client)
    const types: string[] = []
    for (const name of settings.tables) {
      const { logicalName } = await describeTable(environment.client, name, { signal })
      types.push(await typeOf(metadata, logicalName, signal))
    }
    const text = `// Row types of ${environment.client.origin}, made by deltaverse types.\n\n${types.join('\n\n')}`
    return { report: { ok: true, exitCode: exitCodes.done, types: text }, text }
  } finally {
    await environment.close()
  }
}

async function typeOf(metadata: MetadataReader, logicalName: string, signal: AbortSignal): Promise<string> {
  const table = await metadata.table(logicalName, { signal })
  const kinds = new Set([...table.columns.values()].map(({ kind }) => kind))
  const details = new Map(
    (
      await Promise.all(
        choiceKinds
          .filter((kind) => kinds.has(kind))
          .map((kind) => metadata.details(logicalName, kind, { signal })),
      )
    ).flatMap((found) => [...found]),
  )
  return formatRowType(table, details)
}
