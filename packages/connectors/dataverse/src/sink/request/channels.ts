import type { BulkMessage } from '@deltaverse/protocol'
import type { RunPlan } from '../plan/run-plan.js'
import type { WriteStep } from '../plan/write-step.js'
import { partiesName } from '../row/party-columns.js'
import type { PendingRow } from '../row/pending-row.js'
import { contentOf, idOf, locatedOf } from '../row/row-facts.js'
import { type Failures, noFailures } from '../row/row-state.js'
import { isOwnCreate, needsIdOf } from './wire-call.js'

/** The way in which rows are sent: one by one, as a batch, or as a bulk message. */
export type Channel = 'single' | 'batch' | BulkMessage

/** Rows that go into one request. */
export interface Chunk {
  readonly rows: readonly PendingRow[]
  readonly channel: Channel
  /** Failures of the request as a whole. */
  readonly failures: Failures
  /** The request met another upsert on the same key, and was repeated. */
  readonly raced?: boolean
}

/** Makes a chunk that has not failed yet. */
export function newChunk(rows: readonly PendingRow[], channel: Channel): Chunk {
  return { rows, channel, failures: noFailures }
}

/** Divides rows by the way in which they are sent, and into requests of at most so many. */
export function toChunks(
  plan: RunPlan,
  rows: readonly PendingRow[],
  step: WriteStep,
  requestRows: number,
): Chunk[] {
  const [first] = rows
  if (first === undefined) return []
  const only = channelOf(plan, first, step, rows.length)
  if (rows.every((row) => row === first || channelOf(plan, row, step, rows.length) === only)) {
    return slicesOf(rows, requestRows).map((each) => newChunk(each, only))
  }
  const byChannel = new Map<Channel, PendingRow[]>()
  for (const row of rows) {
    const channel = channelOf(plan, row, step, rows.length)
    const list = byChannel.get(channel)
    if (list === undefined) byChannel.set(channel, [row])
    else list.push(row)
  }
  return [...byChannel].flatMap(([channel, list]) =>
    slicesOf(list, requestRows).map((each) => newChunk(each, channel)),
  )
}

/** Consecutive pieces of at most so many rows. */
export function slicesOf(rows: readonly PendingRow[], size: number): (readonly PendingRow[])[] {
  if (rows.length <= size) return [rows]
  const slices: (readonly PendingRow[])[] = []
  for (let at = 0; at < rows.length; at += size) slices.push(rows.slice(at, at + size))
  return slices
}

function channelOf(plan: RunPlan, row: PendingRow, step: WriteStep, rows: number): Channel {
  const { strategy } = plan.options
  if (strategy === 'single') return 'single'
  const message = strategy === 'batch' ? undefined : messageFor(plan, row, step)
  if (message !== undefined) return message
  return rows === 1 && strategy !== 'batch' ? 'single' : 'batch'
}

/** The bulk message that says the same as the row's own request, if the table has it. */
function messageFor(plan: RunPlan, row: PendingRow, step: WriteStep): BulkMessage | undefined {
  const { options, bulk } = plan
  // Bulk messages know no If-Match, and UpdateMultiple no alternate keys (Microsoft Learn: Use bulk operation messages).
  if (row.etag !== undefined || writesParties(plan, row, step)) return undefined
  const { operation, returnIds } = options
  const update = bulk.update && idOf(row) !== undefined ? 'UpdateMultiple' : undefined
  if (step.kind === 'follow-up') return update
  switch (operation) {
    case 'create':
      return bulk.create ? 'CreateMultiple' : undefined
    case 'update':
    case 'deactivate':
      return update
    case 'upsert':
      if (locatedOf(row).kind === 'present') return update
      if (isOwnCreate(row)) return bulk.create ? 'CreateMultiple' : undefined
      return bulk.upsert && !returnIds && !needsIdOf(plan, row) ? 'UpsertMultiple' : undefined
    case 'delete':
      return undefined
  }
}

/** Whether a request holds parties: a collection, which no bulk message replaces. */
function writesParties({ table }: RunPlan, row: PendingRow, step: WriteStep): boolean {
  const { columns, followUps } = contentOf(row)
  const written = step.kind === 'first' ? columns : followUps[step.at]
  return written !== undefined && partiesName(table) in written
}
