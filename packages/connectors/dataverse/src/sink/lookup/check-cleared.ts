import { DataverseError, type Row } from '@deltaverse/core'
import type { RunContext } from '../plan/run-context.js'
import type { WriterColumn } from '../plan/table-port.js'
import { toChunks } from '../request/channels.js'
import { runStep } from '../response/run-step.js'
import { failed, type RowOutcome, type TakeOutcome } from '../result/row-outcome.js'
import { clearByProperty, clearingBinds } from '../row/cleared-lookups.js'
import type { PendingRow } from '../row/pending-row.js'
import { bindsOf } from './compare-rows.js'
import { readByKey } from './read-by-key.js'

/** Whether a row that was written is looked at, because it is not known yet whether binds clear look-ups. */
export function isLookedAt({ plan }: RunContext, row: PendingRow, { status }: RowOutcome): boolean {
  if (plan.clearing?.form !== 'unknown' || (status !== 'updated' && status !== 'upserted')) return false
  return clearingBinds(row).length > 0
}

/**
 * Looks whether the look-ups of rows that were written are clear. Where they are not, binds of null are ignored here: these rows, and all
 * that follow in the run, are cleared by the other form.
 *
 * @param written rows with what is told of them once they are as they should be
 */
export async function checkCleared(
  context: RunContext,
  written: ReadonlyMap<PendingRow, RowOutcome>,
  take: TakeOutcome,
): Promise<void> {
  const { clearing } = context.plan
  if (written.size === 0 || clearing === undefined) return
  const lookups = new Map([...written.keys()].map((row) => [row, clearedBy(context, row)]))
  const isSet = await findSet(context, lookups)
  for (const [row, outcome] of written) if (!isSet.has(row)) take(row, outcome)
  if (isSet.size === 0) {
    if (clearing.form === 'unknown') clearing.form = 'bind'
    return
  }
  clearing.form = 'property'
  await context.tell({ kind: 'clearing-changed', reason: 'ignored' })
  const again = [...isSet]
  again.forEach(clearByProperty)
  const step = { kind: 'first' } as const
  const done: PendingRow[] = []
  await runStep(context, toChunks(context.plan, again, step, context.requestRows()), step, (row, outcome) => {
    if (outcome.status === 'failed') take(row, outcome)
    else done.push(row)
  })
  const isSetStill = await findSet(context, new Map(done.map((row) => [row, lookups.get(row) ?? []])))
  for (const row of done) {
    const outcome = written.get(row)
    if (isSetStill.has(row)) take(row, failed(row, notCleared()))
    else if (outcome !== undefined) take(row, outcome)
  }
}

/** Those look-ups of a row that are null once they are cleared; one that can point at several tables may rightly point at another. */
function clearedBy({ plan }: RunContext, row: PendingRow): readonly WriterColumn[] {
  const binds = bindsOf(plan)
  return clearingBinds(row).flatMap((name) => {
    const lookup = binds.get(name)
    if (lookup === undefined) return []
    const properties = new Set(lookup.targets.map(({ navigationProperty }) => navigationProperty))
    return properties.size === 1 ? [lookup] : []
  })
}

async function findSet(
  context: RunContext,
  lookups: ReadonlyMap<PendingRow, readonly WriterColumn[]>,
): Promise<ReadonlySet<PendingRow>> {
  const rows = [...lookups].filter(([, columns]) => columns.length > 0).map(([row]) => row)
  const select = [...new Set([...lookups.values()].flat().map(valueName))]
  const stored = await readByKey(context, rows, { select, expand: [] })
  return new Set(rows.filter((row) => lookups.get(row)?.some((column) => isSetIn(stored.get(row), column))))
}

function valueName({ logicalName }: WriterColumn): string {
  return `_${logicalName}_value`
}

function isSetIn(stored: Row | undefined, column: WriterColumn): boolean {
  const value = stored?.[valueName(column)]
  return value !== undefined && value !== null
}

function notCleared(): DataverseError {
  return new DataverseError(
    'The service says that it wrote the row, but a look-up that the row clears is still set. Look at the plug-ins of the table, or clear it by hand.',
    { code: 'bad-response' },
  )
}
