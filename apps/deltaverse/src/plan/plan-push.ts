import { randomUUID } from 'node:crypto'
import { DataverseError } from '@deltaverse/core'
import type { DeadLetter, PlannedWrite } from '@deltaverse/dataverse'
import { toPlainRow } from '@deltaverse/values'
import { oneLine } from '../program/one-line.js'
import type { PreparedPush } from '../push/push-rows.js'
import { createSeenRows } from '../push/seen-rows.js'
import type { SourceRow } from '../sources/source-row.js'
import type { PlanContext } from './plan-context.js'
import type { PlanEntry } from './plan-entry.js'
import { planGone } from './plan-gone.js'
import { createPlannedOnce } from './planned-once.js'

/** Rows that are looked up together among those that an earlier run deactivated. */
const entriesAtOnce = 1_000

/** Says of every row what a push would do to it; writes nothing. Tells why rows that seem missing are left alone, where they are. */
export async function planPush(push: PreparedPush, context: PlanContext): Promise<string | undefined> {
  const { known, signal, add } = context
  const seen = createSeenRows(push, known, signal)
  const once = createPlannedOnce()
  let held: PlanEntry[] = []
  const flush = async (): Promise<void> => {
    const ids = held.flatMap(({ do: what, id }) => (id !== undefined && what !== 'create' ? [id] : []))
    const back = new Set(await known?.see(ids))
    for (const entry of held) await add(back.has(entry.id ?? '') ? activated(push, entry) : entry)
    held = []
  }
  for await (const planned of push.writer.dryRun(push.source.rows, { signal })) {
    const entry = once(toEntry(push, planned), (reason) => refused(push, planned, reason))
    if (planned.plan === 'rejected') await seen.result(planned)
    if (known === undefined) await add(entry)
    else if (held.push(entry) >= entriesAtOnce) await flush()
  }
  await flush()
  await seen.finish()
  if (known === undefined) return push.withheld
  if (seen.unnamed() > 0)
    return `${seen.unnamed()} rows of the source have no usable key, so nothing counts as missing`
  return await planGone(push, context, known)
}

/** Tables of other systems, for one. */
const unguarded =
  'its table tells no versions of rows, so a run could not see that somebody changed it: push it without a plan'

function toEntry(push: PreparedPush, planned: PlannedWrite<SourceRow>): PlanEntry {
  const { writer, table } = push
  const { plan, key, id, version, row, place, wire = {}, columns = [], before = {} } = planned
  const all = {
    ...(place !== undefined && { place }),
    key,
    ...(id !== undefined && { id }),
    ...(version !== undefined && { version }),
  }
  if (plan === 'unchanged' || plan === 'superseded') return { do: plan, ...all }
  if (plan === 'rejected') {
    return {
      do: 'reject',
      ...all,
      reason: oneLine(planned.error.message),
      letter: writer.toDeadLetter(planned),
    }
  }
  const source = toPlainRow(row.values)
  const { primaryIdColumn: primaryKey } = table
  if (plan === 'create') {
    const own = typeof wire[primaryKey] === 'string' ? wire[primaryKey] : randomUUID()
    return { do: 'create', ...all, id: own, row: { ...wire, [primaryKey]: own }, source }
  }
  if (version === undefined)
    return { do: 'reject', ...all, reason: unguarded, letter: refused(push, planned, unguarded) }
  return {
    do: 'update',
    ...all,
    row: { [primaryKey]: id, ...Object.fromEntries(columns.map((name) => [name, wire[name]])) },
    changes: Object.fromEntries(
      columns.map((name) => [name, [before[name] ?? null, wire[name] ?? null] as const]),
    ),
    source,
  }
}

function refused(
  { writer }: PreparedPush,
  planned: PlannedWrite<SourceRow>,
  reason: string,
): DeadLetter<object> {
  const { index, key, row, place } = planned
  const error = new DataverseError(reason, { code: 'conflict' })
  return writer.toDeadLetter({ index, key, row, place, plan: 'rejected', error, problems: [] })
}

/** A row that was deactivated because it was missing is active again once it is back, unless its source says otherwise. */
function activated({ table }: PreparedPush, entry: PlanEntry): PlanEntry {
  const isChanged = entry.do === 'update' || entry.do === 'unchanged'
  if (!isChanged || entry.row?.statecode !== undefined || entry.row?.statuscode !== undefined) return entry
  return {
    ...entry,
    do: 'update',
    row: { [table.primaryIdColumn]: entry.id, ...entry.row, statecode: 0 },
    changes: { ...entry.changes, statecode: [1, 0] },
  }
}
