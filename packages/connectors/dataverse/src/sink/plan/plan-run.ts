import type { DataverseClient } from '@deltaverse/client'
import { type CallOptions, DataverseError } from '@deltaverse/core'
import { createMetadataReader } from '@deltaverse/metadata'
import { createColumnReader } from '../row/wire-columns.js'
import type { WriterSettings } from '../writer-options.js'
import { type BulkSupport, noBulkSupport, readBulkSupport } from './bulk-support.js'
import { planKey } from './key-plan.js'
import type { RunPlan } from './run-plan.js'
import type { TableSource, WriterTable } from './table-port.js'

/** Learns what a run needs to know before its first row, and keeps it for the next run. */
export type RunPlanner = (call: CallOptions) => Promise<RunPlan>

/** Creates the planner of one writer. */
export function createRunPlanner(client: DataverseClient, options: WriterSettings): RunPlanner {
  const metadata = options.metadata ?? createMetadataReader(client)
  let known: RunPlan | undefined
  return async (call) => {
    if (known !== undefined) return known
    const table = await metadata.tableOfSet(options.entitySet, call)
    const [key, bulk] = await Promise.all([
      readKey(metadata, options, table, call),
      readBulk(client, options, table, call),
    ])
    const readColumns = createColumnReader({ table, key, options })
    known = { table, metadata, options, key, bulk, readColumns }
    return known
  }
}

async function readKey(
  metadata: TableSource,
  options: WriterSettings,
  table: WriterTable,
  call: CallOptions,
): Promise<RunPlan['key']> {
  const names = keyNames(options, table)
  if (names === undefined) return undefined
  const hasDates = names.some((name) => table.columns.get(name.toLowerCase())?.kind === 'date')
  const dates = hasDates ? await metadata.details(table.logicalName, 'date', call) : new Map()
  return planKey(table, names, dates)
}

function keyNames({ key, operation }: WriterSettings, table: WriterTable): readonly string[] | undefined {
  if (key !== undefined) return key
  if (operation === 'create') return undefined
  return [table.primaryIdColumn]
}

async function readBulk(
  client: DataverseClient,
  { strategy, operation }: WriterSettings,
  { logicalName }: WriterTable,
  call: CallOptions,
): Promise<BulkSupport> {
  if (strategy === 'single' || strategy === 'batch' || operation === 'delete') return { ...noBulkSupport }
  const support = await readBulkSupport(client, logicalName, call)
  const needed =
    operation === 'create' ? support.create : operation === 'upsert' ? support.upsert : support.update
  if (strategy === 'auto' || needed) return support
  throw new DataverseError(
    `Table '${logicalName}' has no bulk message for the operation '${operation}'. Use the strategy 'auto' or 'batch'.`,
    { code: 'bad-request' },
  )
}
