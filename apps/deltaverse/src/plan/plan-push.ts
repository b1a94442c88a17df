import { isDataverseError } from '@deltaverse/core'
import { createUpsertWriter, type PlannedWrite } from '@deltaverse/dataverse'
import { toPlainRow } from '@deltaverse/values'
import type { Environment } from '../environment/open-environment.js'
import { oneLine } from '../program/one-line.js'
import type { KnownRows } from '../push/known-rows.js'
import type { PreparedPush } from '../push/push-rows.js'
import { createSeenRows } from '../push/seen-rows.js'
import type { SourceRow } from '../sources/source-row.js'
import type { PlanEntry } from './plan-file.js'

export interface PlanContext {
  readonly environment: Environment
  readonly known: KnownRows | undefined
  readonly signal: AbortSignal
  readonly add: (entry: PlanEntry) => Promise<void>
}

/** Why rows that seem missing are left alone; `undefined` where they are not. */
export type Withheld = string | undefined

/** Says of every row what a push would do to it; writes nothing. */
export async function planPush(push: PreparedPush, context: PlanContext): Promise<Withheld> {
  const { known, signal, add } = context
  const seen = createSeenRows(push, known, signal)
  for await (const planned of push.writer.dryRun(push.source.rows, { signal })) {
    if (planned.plan === 'superseded') continue
    await add(toEntry(push, planned))
    await seen.result(planned)
  }
  await seen.finish()
  if (known === undefined) return undefined
  if (seen.unnamed() > 0)
    return `${seen.unnamed()} rows of the source have no usable key, so nothing counts as missing`
  await planMissing(push, context, known)
  return undefined
}

function toEntry({ writer, table }: PreparedPush, planned: PlannedWrite<SourceRow>): PlanEntry {
  const { plan, key, id, version, row, place, wire = {}, columns = [], before = {} } = planned
  const placed = place && { place }
  if (plan === 'unchanged') return { do: 'unchanged', ...placed, ...(id !== undefined && { id }) }
  if (plan === 'rejected') {
    const letter = writer.toDeadLetter(planned)
    return { do: 'reject', ...placed, key, reason: oneLine(planned.error.message), letter }
  }
  const source = toPlainRow(row.values)
  if (plan === 'create') return { do: 'create', ...placed, key, row: wire, source }
  return {
    do: 'update',
    ...placed,
    key,
    ...(id !== undefined && { id }),
    ...(version !== undefined && { version }),
    row: { [table.primaryIdColumn]: id, ...Object.fromEntries(columns.map((name) => [name, wire[name]])) },
    changes: Object.fromEntries(
      columns.map((name) => [name, [before[name] ?? null, wire[name] ?? null] as const]),
    ),
    source,
  }
}

async function planMissing(
  { settings, table }: PreparedPush,
  { environment, signal, add }: PlanContext,
  known: KnownRows,
): Promise<void> {
  const isDelete = settings.missing === 'delete'
  const writer = createUpsertWriter(environment.client, {
    entitySet: table.entitySetName,
    operation: isDelete ? 'delete' : 'deactivate',
  })
  async function* rows(): AsyncGenerator<Record<string, unknown>, void, undefined> {
    for await (const ids of known.missing()) for (const id of ids) yield { [table.primaryIdColumn]: id }
  }
  for await (const { plan, id, version, row, error } of writer.dryRun(rows(), { signal })) {
    if (plan === 'unchanged') continue
    const isGone = isDataverseError(error) && error.code === 'not-found'
    if (isGone || id === undefined) continue
    await add({ do: isDelete ? 'delete' : 'deactivate', id, ...(version !== undefined && { version }), row })
  }
}
