import type { Row } from '@deltaverse/core'
import { createUpsertWriter, type DeadLetter } from '@deltaverse/dataverse'
import type { Environment } from '../environment/open-environment.js'
import type { KnownRows } from './known-rows.js'
import type { PreparedPush } from './push-rows.js'
import { checkShare } from './too-many-missing.js'

/** What became of rows that the source does not have any more. */
export interface RemovedRows {
  readonly deactivated: number
  readonly deleted: number
  readonly unchanged: number
  readonly failed: number
}

/**
 * Deactivates or deletes the rows that earlier runs brought and this one did not.
 *
 * @throws TooManyMissing before anything is touched
 */
export async function removeMissing(
  environment: Environment,
  { settings, table }: PreparedPush,
  known: KnownRows,
  {
    signal,
    onLetter,
  }: { readonly signal: AbortSignal; readonly onLetter: (letter: DeadLetter) => Promise<void> },
): Promise<RemovedRows> {
  const ids: string[] = []
  for await (const some of known.missing()) ids.push(...some)
  if (ids.length === 0) return { deactivated: 0, deleted: 0, unchanged: 0, failed: 0 }
  checkShare(ids.length, known.count, settings.maxDeleteShare)
  const isDelete = settings.missing === 'delete'
  const writer = createUpsertWriter(environment.client, {
    entitySet: table.entitySetName,
    operation: isDelete ? 'delete' : 'deactivate',
    skipUnchanged: !isDelete,
  })
  const done: string[] = []
  const summary = await writer.write(
    ids.map((id): Row => ({ [table.primaryIdColumn]: id })),
    {
      signal,
      everyRow: true,
      async onEvent(event) {
        if (event.kind === 'row-failed') await onLetter(writer.toDeadLetter(event.result))
        if (event.kind === 'row-done') done.push(String(event.result.row[table.primaryIdColumn]))
      },
    },
  )
  await known.letGo(done, isDelete ? 'deleted' : 'deactivated')
  const written = summary.updated + summary.upserted
  return {
    deactivated: isDelete ? 0 : written,
    deleted: summary.deleted,
    unchanged: summary.unchanged,
    failed: summary.failed + summary.notRun,
  }
}
