import type { Row } from '@deltaverse/core'
import { createUpsertWriter, type DeadLetter } from '@deltaverse/dataverse'
import type { Environment } from '../environment/open-environment.js'
import { formatCount } from '../program/format-quantity.js'
import type { KnownRows } from './known-rows.js'
import type { PreparedPush } from './push-rows.js'

/** What became of rows that the source does not have any more. */
export interface RemovedRows {
  readonly deactivated: number
  readonly deleted: number
  readonly unchanged: number
  readonly failed: number
}

/** More rows are missing than may go; nothing of them was touched. */
class TooManyMissing extends Error {
  override readonly name: string = 'TooManyMissing'
}

/** How few rows the share is not asked about: a table of three rows may well lose two. */
const alwaysAllowed = 10

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

function checkShare(missing: number, known: number, maxShare: number): void {
  if (missing <= alwaysAllowed || missing <= known * maxShare) return
  const percent = Math.ceil((missing / known) * 100)
  throw new TooManyMissing(
    `${formatCount(missing)} of ${formatCount(known)} rows that this source brought before (${percent} %) are not in it any more, and at most ` +
      `${Math.round(maxShare * 100)} % may go in one run; none of them was touched. See that the source is complete; if it is, allow more with --max-delete-share ${percent / 100}`,
  )
}
