import type { DataverseClient } from '@deltaverse/client'
import { createMetadataReader } from '@deltaverse/metadata'
import pLimit from 'p-limit'
import type { CommandContext, CommandResult } from '../../command-line/command-context.js'
import { type EnvironmentSettings, openEnvironment } from '../../environment/open-environment.js'
import { UsageError } from '../../program/usage-error.js'
import { failedTable, summarizeTables, type TableOutcome } from '../../report/table-outcome.js'
import type { SinkSettings } from '../../sink/sink-settings.js'
import type { TableChoice } from '../../tables/table-choice.js'
import { formatPull } from './format-pull.js'
import { type PreparedTable, type PullTableOptions, prepareTable, pullTable } from './pull-table.js'

export interface PullSettings
  extends Pick<
    PullTableOptions,
    | 'annotations'
    | 'pageSize'
    | 'follow'
    | 'restart'
    | 'onMismatch'
    | 'commitBytes'
    | 'lockWaitMs'
    | 'maxDeleteShare'
  > {
  readonly environment: EnvironmentSettings
  readonly tables: readonly TableChoice[]
  readonly sink: SinkSettings
  /** Tables at once, where they are not followed. */
  readonly concurrency: number
}

/** Brings tables to a sink, several at once. A table that fails does not stop the others. */
export async function runPull(settings: PullSettings, context: CommandContext): Promise<CommandResult> {
  const { terminal, tell, signal } = context
  const environment = await openEnvironment(settings.environment, context)
  try {
    const { client } = environment
    const prepared = await prepareTables(client, settings.tables, context)
    // A table that is followed never makes room for another one.
    const limit = pLimit(settings.follow === undefined ? settings.concurrency : settings.tables.length)
    const run = async (table: PreparedTable): Promise<TableOutcome> => {
      const outcome = await pullTable(client, {
        ...settings,
        table,
        tell,
        signal,
        repeatsOf: environment.counter.repeatsOf,
      })
      // The others may go on for days before the report is printed.
      if (settings.follow !== undefined && outcome.error !== undefined) {
        terminal.say(`${table.name}: failed, and is not followed any more: ${outcome.error.message}`)
      }
      return outcome
    }
    const outcomes = await Promise.all(
      prepared.map((table) => ('error' in table ? table : limit(() => run(table)))),
    )
    const { reads, writes } = environment.counter.counts()
    const report = { ...summarizeTables(outcomes), requests: reads + writes }
    return { report, text: formatPull(report), endsOnSignal: settings.follow !== undefined }
  } finally {
    await environment.close()
  }
}

/**
 * Looks all tables up before the first is read; one that is not there is told with the others.
 *
 * @throws UsageError for a column that is none, `signal.reason`
 */
async function prepareTables(
  client: DataverseClient,
  choices: readonly TableChoice[],
  { terminal, signal }: CommandContext,
): Promise<(PreparedTable | (TableOutcome & { readonly error: object }))[]> {
  const metadata = createMetadataReader(client)
  const tables = await Promise.all(
    choices.map((table) =>
      prepareTable(client, table, metadata, signal).catch((error: unknown) => {
        if (error instanceof UsageError || signal.aborted) throw error
        return failedTable(table.name, error)
      }),
    ),
  )
  return tables.filter((table, index) => {
    const first = tables.findIndex((other) => 'select' in table && other.keptAs === table.keptAs)
    const isOther = first < 0 || first === index
    if (!isOther) terminal.say(`${choices[index]?.name}: is ${table.entitySet}, which is read already`)
    return isOther
  })
}
