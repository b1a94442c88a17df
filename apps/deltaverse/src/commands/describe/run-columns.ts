import { describeTable } from '@deltaverse/dataverse'
import { createMetadataReader } from '@deltaverse/metadata'
import type { CommandContext, CommandResult } from '../../command-line/command-context.js'
import { type EnvironmentSettings, openEnvironment } from '../../environment/open-environment.js'
import { exitCodes } from '../../program/exit-codes.js'
import { formatPlainTable } from '../../report/plain-table.js'

export interface ColumnsSettings {
  readonly environment: EnvironmentSettings
  readonly table: string
}

/** Lists the columns of a table. */
export async function runColumns(settings: ColumnsSettings, context: CommandContext): Promise<CommandResult> {
  const { signal } = context
  const environment = await openEnvironment(settings.environment, context)
  try {
    const { logicalName } = await describeTable(environment.client, settings.table, { signal })
    const table = await createMetadataReader(environment.client).table(logicalName, { signal })
    const columns = [...table.columns.values()]
      .map(({ logicalName: column, kind, isPrimaryId, validForCreate, validForUpdate, targets }) => ({
        column,
        kind,
        ...(isPrimaryId && { isPrimaryId }),
        writable: validForCreate
          ? validForUpdate
            ? 'yes'
            : 'on create'
          : validForUpdate
            ? 'on update'
            : 'no',
        ...(targets.length > 0 && { targets: targets.map((target) => target.table) }),
      }))
      .sort((a, b) => (a.column < b.column ? -1 : 1))
    const rows = columns.map(({ column, kind, writable, targets = [], isPrimaryId }) => [
      column,
      isPrimaryId === true ? `${kind}, primary key` : kind,
      writable,
      targets.join(', '),
    ])
    return {
      report: {
        ok: true,
        exitCode: exitCodes.done,
        table: logicalName,
        entitySet: table.entitySetName,
        columns,
      },
      text: formatPlainTable(['column', 'kind', 'writable', 'points at'], rows),
    }
  } finally {
    await environment.close()
  }
}
