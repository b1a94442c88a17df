import { writeFile } from 'node:fs/promises'
import { listKeys } from '@deltaverse/alternate-keys'
import type { CommandContext, CommandResult } from '../../command-line/command-context.js'
import { type EnvironmentSettings, openEnvironment } from '../../environment/open-environment.js'
import { exitCodes } from '../../program/exit-codes.js'
import { UsageError } from '../../program/usage-error.js'
import { listTables } from '../../tables/list-tables.js'
import { formatJobFile, type OfferedTable } from './format-job-file.js'
import { schemaReference } from './schema-reference.js'

export interface InitSettings {
  readonly environment: EnvironmentSettings
  readonly output: string
}

/** Tables that most people begin with, in this order, where they are there. */
const usual = ['account', 'contact', 'product', 'lead', 'opportunity', 'incident']

/** Tables whose keys are asked for: one request each. */
const offeredTables = 12

/** Writes a job file for an environment. A file that is there is left alone. */
export async function runInit(
  { environment: where, output }: InitSettings,
  context: CommandContext,
): Promise<CommandResult> {
  const { signal } = context
  const environment = await openEnvironment(where, context)
  try {
    const tracked = (await listTables(environment.client, signal)).filter((table) => table.tracked)
    const rank = (name: string): number => (usual.includes(name) ? usual.indexOf(name) : usual.length)
    const offered = [...tracked].sort((a, b) => rank(a.table) - rank(b.table)).slice(0, offeredTables)
    const tables: OfferedTable[] = []
    for (const table of offered) {
      const keys = await listKeys(environment.client, table.table, { signal })
      tables.push({
        ...table,
        keys: keys.map(({ columns, indexStatus }) => ({ columns, isActive: indexStatus === 'Active' })),
      })
    }
    const text = formatJobFile(where, tables, {
      trackedTables: tracked.length,
      schema: schemaReference(output),
    })
    await writeFile(output, text, { flag: 'wx' }).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      throw new UsageError(`${output} is there already: name another with --output`)
    })
    return {
      report: { ok: true, exitCode: exitCodes.done, output, tables: tables.map(({ table }) => table) },
      text: `${output} is written: look at it, then deltaverse run --file ${output}`,
    }
  } finally {
    await environment.close()
  }
}
