import type { KeyResolver } from '@deltaverse/alternate-keys'
import { isDataverseError } from '@deltaverse/core'
import { createUpsertWriter } from '@deltaverse/dataverse'
import type { KnownRows } from '../push/known-rows.js'
import type { PreparedPush } from '../push/push-rows.js'
import { checkShare, isTooManyMissing } from '../push/too-many-missing.js'
import type { PlanContext } from './plan-context.js'
import type { PlanEntry } from './plan-entry.js'

/** Rows whose names are read together. */
const rowsAtOnce = 500

/** What would become of rows that are gone from the source; why nothing would, where they are too many. */
export async function planGone(
  push: PreparedPush,
  { environment, signal, add }: PlanContext,
  known: KnownRows,
): Promise<string | undefined> {
  const { settings, table } = push
  const missing: string[] = []
  for await (const ids of known.missing()) missing.push(...ids)
  try {
    checkShare(missing.length, known.count, settings.maxDeleteShare)
  } catch (error) {
    if (isTooManyMissing(error)) return error.message
    throw error
  }
  const what = settings.missing === 'delete' ? 'delete' : 'deactivate'
  const writer = createUpsertWriter(environment.client, { entitySet: table.entitySetName, operation: what })
  const rows = missing.map((id) => ({ [table.primaryIdColumn]: id }))
  let held: PlanEntry[] = []
  const flush = async (): Promise<void> => {
    const keys = await keysOf(push, held, signal)
    for (const [at, entry] of held.entries()) await add({ ...entry, key: keys[at] ?? {} })
    held = []
  }
  for await (const { plan, id, version, row, error } of writer.dryRun(rows, { signal })) {
    const isThere = plan !== 'unchanged' && id !== undefined
    if (!isThere || (isDataverseError(error) && error.code === 'not-found')) continue
    held.push({ do: what, id, ...(version !== undefined && { version }), row })
    if (held.length >= rowsAtOnce) await flush()
  }
  await flush()
  return undefined
}

/** What people know rows by: the columns of the key, and the name. */
async function keysOf(
  {
    settings,
    table,
    resolver,
  }: Pick<PreparedPush, 'settings' | 'table'> & { readonly resolver: KeyResolver },
  entries: readonly PlanEntry[],
  signal: AbortSignal,
): Promise<readonly (Readonly<Record<string, unknown>> | undefined)[]> {
  const plain = settings.key.filter((name) => table.columns.get(name)?.targets.length === 0)
  const { primaryNameColumn: name } = table
  const select = [...new Set([...plain, ...(name === undefined ? [] : [name])])]
  const ids = entries.map(({ id = '' }) => ({ [table.primaryIdColumn]: id }))
  const found = await resolver.readRows(table.logicalName, ids, { select }, { signal })
  return found.map((each) =>
    each.status === 'found'
      ? Object.fromEntries(select.map((column) => [column, each.row[column] ?? null]))
      : undefined,
  )
}
