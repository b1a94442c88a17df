import {
  type BulkMessage,
  formatBulkBody,
  formatBulkPath,
  formatBulkTarget,
  parseCreatedIds,
} from '@deltaverse/protocol'
import { formatExactJson } from '@deltaverse/schema'
import type { RunContext } from '../plan/run-context.js'
import type { RunPlan } from '../plan/run-plan.js'
import type { WriteStep } from '../plan/write-step.js'
import { toDone, toErrorAnswer } from '../response/row-answer.js'
import type { PendingRow } from '../row/pending-row.js'
import { referenceOfRow } from '../row/row-address.js'
import { bodyText, bytesOf, columnsOf, contentOf, idOf } from '../row/row-facts.js'
import type { ChunkAnswer } from './send-batch.js'
import { toCreateColumns } from './wire-call.js'

/**
 * Sends rows as one bulk message. On standard tables it is one transaction: one bad row undoes all, and the answer does not
 * say which one it was (Microsoft Learn: Use bulk operation messages).
 */
export async function sendBulk(
  context: RunContext,
  rows: readonly PendingRow[],
  step: WriteStep,
  message: BulkMessage,
): Promise<ChunkAnswer> {
  const { plan } = context
  const { headers, tag } = plan.options.service
  const path = formatBulkPath(plan.table.entitySetName, message)
  try {
    const response = await context.write(
      {
        method: 'POST',
        path: tag === undefined ? path : `${path}?tag=${encodeURIComponent(tag)}`,
        headers,
        body: formatBulkBody(targetsOf(plan, rows, step, message), sizeOf(rows)),
      },
      rows.length,
    )
    const ids = response.status === 204 ? undefined : parseCreatedIds(await response.json())
    return rows.map((row, at) => toDone(statuses[message], (ids?.[at] ?? idOf(row))?.toLowerCase()))
  } catch (error) {
    context.signal.throwIfAborted()
    return toErrorAnswer(error)
  }
}

// UpsertMultiple answers 204 and nothing else, although its definition promises more.
const statuses = { CreateMultiple: 'created', UpdateMultiple: 'updated', UpsertMultiple: 'upserted' } as const

function* targetsOf(
  plan: RunPlan,
  rows: readonly PendingRow[],
  step: WriteStep,
  message: BulkMessage,
): Generator<string, void, undefined> {
  for (const row of rows) yield toTarget(plan, row, step, message)
}

function sizeOf(rows: readonly PendingRow[]): number {
  return rows.reduce((sum, row) => sum + bytesOf(row), 64)
}

function toTarget(plan: RunPlan, row: PendingRow, step: WriteStep, message: BulkMessage): string {
  const { logicalName, primaryIdColumn } = plan.table
  if (message === 'CreateMultiple')
    return formatBulkTarget(logicalName, formatExactJson(toCreateColumns(plan, row)))
  const id = idOf(row)
  const reference = id === undefined ? referenceOfRow(plan, row) : undefined
  if (reference === undefined) {
    const columns = step.kind === 'first' ? columnsOf(row) : contentOf(row).followUps[step.at]
    return formatBulkTarget(logicalName, formatExactJson({ ...columns, [primaryIdColumn]: id }))
  }
  return formatBulkTarget(logicalName, bodyText(row) ?? formatExactJson(columnsOf(row)), reference)
}
