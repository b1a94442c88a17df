import { ensureKey, listKeys } from '@deltaverse/alternate-keys'
import { describeTable } from '@deltaverse/dataverse'
import type { CommandContext, CommandResult } from '../../command-line/command-context.js'
import { type EnvironmentSettings, openEnvironment } from '../../environment/open-environment.js'
import { exitCodes } from '../../program/exit-codes.js'
import { UsageError } from '../../program/usage-error.js'
import { formatPlainTable } from '../../report/plain-table.js'

export interface KeysSettings {
  readonly environment: EnvironmentSettings
  readonly table: string
  /** Columns of a key that has to be there. */
  readonly ensure: readonly string[] | undefined
  readonly name: string | undefined
  readonly solution: string | undefined
}

/** Lists the alternate keys of a table, and makes one where that is asked for. */
export async function runKeys(settings: KeysSettings, context: CommandContext): Promise<CommandResult> {
  const { signal, terminal } = context
  const environment = await openEnvironment(settings.environment, context)
  try {
    const { client } = environment
    const { logicalName } = await describeTable(client, settings.table, { signal })
    const { ensure, name, solution } = settings
    if (ensure !== undefined) {
      const there = (await listKeys(client, logicalName, { signal })).find((key) =>
        sameColumns(key.columns, ensure),
      )
      if (there === undefined && name === undefined) {
        throw new UsageError('--ensure needs --name for a key that has to be made, such as new_code')
      }
      await ensureKey(
        client,
        {
          table: logicalName,
          columns: ensure,
          schemaName: there?.schemaName ?? name ?? '',
          solution,
        },
        {
          signal,
          onProgress: ({ key, status, waitedMs }) =>
            terminal.progress(`${key}: its index is ${status} after ${Math.round(waitedMs / 1000)} s`),
        },
      )
    }
    const keys = await listKeys(client, logicalName, { signal })
    const rows = keys.map((key) => [key.logicalName, key.columns.join(', '), key.indexStatus])
    return {
      report: { ok: true, exitCode: exitCodes.done, table: logicalName, keys },
      text:
        keys.length === 0
          ? `${logicalName} has no alternate key; --ensure makes one`
          : formatPlainTable(['key', 'columns', 'index'], rows),
    }
  } finally {
    await environment.close()
  }
}

function sameColumns(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((column) => b.includes(column))
}
