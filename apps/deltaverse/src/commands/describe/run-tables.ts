import type { DataverseClient } from '@deltaverse/client'
import { asJsonObject, listOf, textOf } from '@deltaverse/metadata'
import type { CommandContext, CommandResult } from '../../command-line/command-context.js'
import { type EnvironmentSettings, openEnvironment } from '../../environment/open-environment.js'
import { exitCodes } from '../../program/exit-codes.js'
import { formatPlainTable } from '../../report/plain-table.js'

export interface TablesSettings {
  readonly environment: EnvironmentSettings
  readonly part: string | undefined
}

interface ListedTable {
  readonly table: string
  readonly entitySet: string
  readonly displayName: string
  readonly tracked: boolean
}

/** Lists the tables of an environment by their names. */
export async function runTables(settings: TablesSettings, context: CommandContext): Promise<CommandResult> {
  const environment = await openEnvironment(settings.environment, context)
  try {
    const all = await listTables(environment.client, context.signal)
    const part = settings.part?.toLowerCase() ?? ''
    const tables = all.filter(({ table, entitySet, displayName }) =>
      [table, entitySet, displayName].some((name) => name.toLowerCase().includes(part)),
    )
    const rows = tables.map(({ table, entitySet, displayName, tracked }) => [
      table,
      entitySet,
      displayName,
      tracked ? 'tracked' : 'not tracked',
    ])
    return {
      report: { ok: true, exitCode: exitCodes.done, tables },
      text:
        rows.length === 0
          ? `no table of ${all.length} has a name with "${settings.part}"`
          : formatPlainTable(['table', 'entity set', 'called', 'changes'], rows),
    }
  } finally {
    await environment.close()
  }
}

async function listTables(client: DataverseClient, signal: AbortSignal): Promise<readonly ListedTable[]> {
  const columns = 'LogicalName,EntitySetName,DisplayName,ChangeTrackingEnabled'
  const path = `EntityDefinitions?$select=${columns}`
  const response = await client.request({ method: 'GET', path }, { signal })
  const body = asJsonObject(await response.json(), 'the answer to a question for tables')
  return listOf(body, 'value')
    .filter(({ EntitySetName }) => typeof EntitySetName === 'string' && EntitySetName !== '')
    .map((row) => ({
      table: textOf(row, 'LogicalName'),
      entitySet: textOf(row, 'EntitySetName'),
      displayName: labelOf(row.DisplayName),
      tracked: row.ChangeTrackingEnabled === true,
    }))
    .sort((a, b) => (a.table < b.table ? -1 : 1))
}

/** The label that the caller's language has; a table may have none. */
function labelOf(value: unknown): string {
  const label = (value as { UserLocalizedLabel?: { Label?: unknown } | null } | null)?.UserLocalizedLabel
    ?.Label
  return typeof label === 'string' ? label : ''
}
