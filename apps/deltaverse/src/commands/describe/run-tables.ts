import type { CommandContext, CommandResult } from '../../command-line/command-context.js'
import { type EnvironmentSettings, openEnvironment } from '../../environment/open-environment.js'
import { exitCodes } from '../../program/exit-codes.js'
import { formatPlainTable } from '../../report/plain-table.js'
import { listTables } from '../../tables/list-tables.js'

export interface TablesSettings {
  readonly environment: EnvironmentSettings
  readonly part: string | undefined
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
