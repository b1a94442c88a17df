import { isDataverseError } from '@deltaverse/core'
import { createUpsertWriter, type PlannedWrite } from '@deltaverse/dataverse'
import type { Environment } from '../environment/open-environment.js'
import { oneLine } from '../program/one-line.js'
import type { KnownRows } from '../push/known-rows.js'
import type { PreparedPush } from '../push/push-rows.js'
import { createSeenRows } from '../push/seen-rows.js'
import type { RejectedRow } from '../push/translate-rows.js'
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
  const onRejected = async ({ source, message }: RejectedRow): Promise<void> => {
    await add({ do: 'reject', place: source.place, source: source.values, reason: oneLine(message) })
    await seen.withoutId(source.values)
  }
  for await (const planned of push.writer.dryRun(push.rows(onRejected), { signal })) {
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

function toEntry({ originOf, table }: PreparedPush, planned: PlannedWrite): PlanEntry {
  const { plan, key, id, version, row, columns = [], before = {}, error } = planned
  const source = originOf(row)
  const place = source && { place: source.place }
  if (plan === 'unchanged') return { do: 'unchanged', ...place, ...(id !== undefined && { id }) }
  if (plan === 'rejected') {
    return {
      do: 'reject',
      ...place,
      key,
      ...(source && { source: source.values }),
      reason: oneLine(error?.message ?? ''),
    }
  }
  if (plan === 'create') return { do: 'create', ...place, key, row, ...(source && { source: source.values }) }
  const changes = Object.fromEntries(
    columns.map((name) => [name, [before[name] ?? null, row[name] ?? null] as const]),
  )
  return {
    do: 'update',
    ...place,
    key,
    ...(id !== undefined && { id }),
    ...(version !== undefined && { version }),
    row: { [table.primaryIdColumn]: id, ...Object.fromEntries(columns.map((name) => [name, row[name]])) },
    changes,
    ...(source && { source: source.values }),
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
