import type { DataverseClient } from '@deltaverse/client'
import type { CallOptions } from '@deltaverse/contract'
import { planKey } from './key-plan.js'
import type { RunPlan } from './prepare-row.js'
import { createServiceTableSource } from './service-table-source.js'
import type { WriterTable } from './table-port.js'
import type { ResolvedWriterOptions } from './writer-options.js'

/** Learns what a run needs to know before its first row. */
export async function planRun(
  client: DataverseClient,
  options: ResolvedWriterOptions,
  call: CallOptions,
): Promise<RunPlan> {
  const tables = options.tables ?? createServiceTableSource(client)
  const table = await tables.table(options.entitySet, call)
  const names = keyNames(options, table)
  if (names === undefined) return { table, options, key: undefined }
  const hasDates = names.some((name) => table.columns.get(name.toLowerCase())?.kind === 'date')
  const dates = hasDates ? await tables.details(table.logicalName, 'date', call) : new Map()
  return { table, options, key: planKey(table, names, dates) }
}

function keyNames(
  { key, operation }: ResolvedWriterOptions,
  table: WriterTable,
): readonly string[] | undefined {
  if (key !== undefined) return key
  if (operation === 'create') return undefined
  return [table.primaryIdColumn]
}
