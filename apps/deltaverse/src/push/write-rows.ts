import type { Row } from '@deltaverse/core'
import { createUpsertWriter } from '@deltaverse/dataverse'
import type { Environment } from '../environment/open-environment.js'
import type { DeadLetterFile } from './dead-letter-file.js'
import type { KnownRows } from './known-rows.js'
import type { PreparedPush } from './push-rows.js'
import { removeMissing } from './remove-missing.js'
import { createSeenRows } from './seen-rows.js'

/** What a push did. */
export interface PushCounts {
  readonly rows: number
  readonly upserted: number
  readonly created: number
  readonly updated: number
  readonly unchanged: number
  readonly deactivated: number
  readonly deleted: number
  readonly failed: number
  /** Why rows that are not in the source any more were left alone. */
  readonly withheld?: string
}

export interface WriteContext {
  readonly environment: Environment
  readonly letters: DeadLetterFile
  /** Rows of earlier runs, where what is missing matters. */
  readonly known: KnownRows | undefined
  readonly signal: AbortSignal
  /** Told how many rows are settled. */
  readonly onProgress: (rows: number) => void
}

/** Writes the rows of a source, and then deals with those that it does not have any more. */
export async function writePush(push: PreparedPush, context: WriteContext): Promise<PushCounts> {
  const { letters, known, signal, onProgress } = context
  const seen = createSeenRows(push, known, signal)
  let settled = 0
  const summary = await push.writer.write(push.source.rows, {
    signal,
    everyRow: true,
    async onEvent(event) {
      if (!('result' in event)) return
      const { kind, result } = event
      settled += 1
      onProgress(settled)
      if (result.status !== 'superseded') await seen.result(result)
      if (kind === 'row-failed') await letters.add(push.writer.toDeadLetter(result))
    },
  })
  const returned = await seen.finish()
  const reactivated = await reactivate(push, returned, context)
  const gone = await goneRows(push, context, seen.unnamed())
  await known?.commit()
  const withheld = push.withheld ?? gone.withheld
  return {
    rows: settled,
    // Every row was compared first: what was there is an update, so what else was written was not there.
    upserted: push.settings.operation === 'upsert' ? 0 : summary.upserted,
    created: summary.created + (push.settings.operation === 'upsert' ? summary.upserted : 0),
    updated: summary.updated + reactivated,
    unchanged: summary.unchanged + summary.superseded,
    deactivated: gone.deactivated,
    deleted: gone.deleted,
    failed: summary.failed + summary.notRun + gone.failed,
    ...(withheld !== undefined && { withheld }),
  }
}

/** Rows that this program deactivated because they were missing are active again once they are back. */
async function reactivate(
  { table }: PreparedPush,
  ids: readonly string[],
  { environment, signal }: WriteContext,
): Promise<number> {
  if (ids.length === 0) return 0
  const writer = createUpsertWriter(environment.client, {
    entitySet: table.entitySetName,
    operation: 'update',
    skipUnchanged: true,
  })
  const { updated, upserted } = await writer.write(
    ids.map((id): Row => ({ [table.primaryIdColumn]: id, statecode: 0 })),
    { signal },
  )
  return updated + upserted
}

async function goneRows(
  push: PreparedPush,
  { environment, letters, known, signal }: WriteContext,
  unnamed: number,
): Promise<{ deactivated: number; deleted: number; failed: number; withheld?: string }> {
  if (known === undefined) return { deactivated: 0, deleted: 0, failed: 0 }
  if (unnamed > 0) {
    const withheld = `${unnamed} rows of the source have no usable key and may be any of the table's, so nothing that seems missing was touched`
    return { deactivated: 0, deleted: 0, failed: 0, withheld }
  }
  return await removeMissing(environment, push, known, { signal, onLetter: letters.add })
}
