import type { DataverseClient } from '@deltaverse/client'
import { type CallOptions, DataverseError } from '@deltaverse/core'
import { type ColumnDetail, createMetadataReader } from '@deltaverse/metadata'
import { planKey } from '@deltaverse/values'
import { createColumnReader } from '../row/wire-columns.js'
import type { WriterSettings } from '../writer-options.js'
import { type BulkSupport, noBulkSupport, readBulkSupport } from './bulk-support.js'
import type { RunPlan } from './run-plan.js'
import type { TableSource, WriterTable } from './table-port.js'
import { readTableStates, type TableStates, usualStates } from './table-states.js'

/** Learns what a run needs to know before its first row, and keeps it for the next run. */
export type RunPlanner = (call: CallOptions) => Promise<RunPlan>

/** Creates the planner of one writer. */
export function createRunPlanner(client: DataverseClient, options: WriterSettings): RunPlanner {
  const metadata = options.metadata ?? createMetadataReader(client)
  let known: RunPlan | undefined
  return async (call) => {
    if (known !== undefined) return known
    const table = await metadata.tableOfSet(options.entitySet, call)
    const [dates, states, bulk] = await Promise.all([
      readDates(metadata, options, table, call),
      readStates(metadata, options, table, call),
      readBulk(client, options, table, call),
    ])
    const names = keyNames(options, table)
    const key = names === undefined ? undefined : planKey(table, names, dates)
    const readColumns = createColumnReader({ table, key, dates, states, options })
    known = { table, metadata, options, key, dates, states, bulk, readColumns }
    return known
  }
}

/** How the dates of the table are stored, where rows or their keys can hold some. */
async function readDates(
  metadata: TableSource,
  options: WriterSettings,
  table: WriterTable,
  call: CallOptions,
): Promise<ReadonlyMap<string, ColumnDetail>> {
  const writes = options.operation !== 'delete' && options.operation !== 'deactivate'
  const names = writes ? table.columns.keys() : (keyNames(options, table) ?? [])
  for (const name of names) {
    if (table.columns.get(name.toLowerCase())?.kind === 'date') {
      return metadata.details(table.logicalName, 'date', call)
    }
  }
  return new Map()
}

/** No state stands in the rows of other operations. */
async function readStates(
  metadata: TableSource,
  { operation }: WriterSettings,
  table: WriterTable,
  call: CallOptions,
): Promise<TableStates> {
  if (operation === 'delete' || operation === 'deactivate') return usualStates
  return readTableStates(metadata, table, call)
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
