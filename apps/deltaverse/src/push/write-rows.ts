import { isDataverseError, type Row } from '@deltaverse/core'
import type { WriteResult } from '@deltaverse/dataverse'
import { createUpsertWriter } from '@deltaverse/dataverse'
import type { Environment } from '../environment/open-environment.js'
import { oneLine } from '../program/one-line.js'
import type { PushLetter } from './dead-letter.js'
import type { DeadLetterFile } from './dead-letter-file.js'
import type { KnownRows } from './known-rows.js'
import type { PreparedPush } from './push-rows.js'
import { removeMissing } from './remove-missing.js'
import type { RejectedRow } from './translate-rows.js'

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

/** Ids of rows that are remembered in one go. */
const idsAtOnce = 1_000

/** Writes the rows of a source, and then deals with those that it does not have any more. */
export async function writePush(push: PreparedPush, context: WriteContext): Promise<PushCounts> {
  const { letters, known, signal, onProgress } = context
  const seen = createSeenRows(push, known, signal)
  let rejected = 0
  let settled = 0
  const onRejected = async (row: RejectedRow): Promise<void> => {
    rejected += 1
    settled += 1
    onProgress(settled)
    await letters.add(letterOfRejected(push, row))
    await seen.withoutId(row.source.values)
  }
  const summary = await push.writer.write(push.rows(onRejected), {
    signal,
    everyRow: true,
    async onEvent(event) {
      if (!('result' in event)) return
      const { kind, result } = event
      settled += 1
      onProgress(settled)
      if (result.status !== 'superseded') await seen.result(result)
      if (kind === 'row-failed') await letters.add(letterOfResult(push, result, push.settings.operation))
    },
  })
  const returned = await seen.finish()
  const reactivated = await reactivate(push, returned, context)
  const gone = await goneRows(push, context, seen.unnamed())
  await known?.commit()
  return {
    rows: settled,
    // Every row was compared first: what was there is an update, so what else was written was not there.
    upserted: push.settings.operation === 'upsert' ? 0 : summary.upserted,
    created: summary.created + (push.settings.operation === 'upsert' ? summary.upserted : 0),
    updated: summary.updated + reactivated,
    unchanged: summary.unchanged + summary.superseded,
    deactivated: gone.deactivated,
    deleted: gone.deleted,
    failed: summary.failed + summary.notRun + rejected + gone.failed,
    ...(gone.withheld !== undefined && { withheld: gone.withheld }),
  }
}

interface SeenRows {
  result(result: WriteResult): Promise<void>
  /** A row that was never sent: whether it is one of the table's, only its key can tell. */
  withoutId(values: Readonly<Record<string, unknown>>): Promise<void>
  /** Ids that an earlier run deactivated and that are back. */
  finish(): Promise<readonly string[]>
  /** Rows of the source of which nobody knows which of the table's they are. */
  unnamed(): number
}

/** Remembers the ids of the rows that are in the source; looks those up that a write did not tell. */
function createSeenRows(
  { settings, table, resolver }: PreparedPush,
  known: KnownRows | undefined,
  signal: AbortSignal,
): SeenRows {
  const returned: string[] = []
  let ids: string[] = []
  let keys: Record<string, unknown>[] = []
  let unnamed = 0
  const flush = async (): Promise<void> => {
    if (known === undefined) return
    if (keys.length > 0) {
      const found = await resolver.resolveMany(table.logicalName, keys as never, { signal })
      for (const resolution of found) {
        if (resolution.status === 'found') ids.push(resolution.id)
        else if (resolution.status !== 'missing') unnamed += 1
      }
    }
    returned.push(...(await known.see(ids)))
    ids = []
    keys = []
  }
  const flushIfFull = async (): Promise<void> => {
    if (ids.length + keys.length >= idsAtOnce) await flush()
  }
  return {
    async result({ id, key }) {
      if (known === undefined) return
      if (id !== undefined) ids.push(id)
      else keys.push({ ...key })
      await flushIfFull()
    },
    async withoutId(values) {
      if (known === undefined) return
      const from = (column: string): string =>
        settings.mapping.find((each) => each.column === column)?.from ?? column
      const key = Object.fromEntries(settings.key.map((column) => [column, values[from(column)]]))
      if (Object.values(key).some((value) => value === null || value === undefined || value === ''))
        unnamed += 1
      else keys.push(key)
      await flushIfFull()
    },
    async finish() {
      await flush()
      return returned
    },
    unnamed: () => unnamed,
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
  const operation = push.settings.missing === 'delete' ? 'delete' : 'deactivate'
  return await removeMissing(environment, push, known, {
    signal,
    onFailed: (result) => letters.add(letterOfResult(push, result, operation)),
  })
}

function letterOfRejected({ settings, table }: PreparedPush, row: RejectedRow): PushLetter {
  return {
    version: 1,
    table: table.logicalName,
    operation: settings.operation,
    place: row.source.place,
    row: row.source.values,
    code: 'bad-input',
    message: oneLine(row.message),
    problems: row.problems,
    retryable: false,
  }
}

function letterOfResult(
  { table, originOf }: PreparedPush,
  { row, error, status }: WriteResult,
  operation: PushLetter['operation'],
): PushLetter {
  const source = originOf(row)
  const serviceCode = (error as { readonly serviceCode?: string } | undefined)?.serviceCode
  return {
    version: 1,
    table: table.logicalName,
    operation,
    ...(source !== undefined && { place: source.place }),
    row: source?.values ?? row,
    code: status === 'not-run' ? 'not-run' : isDataverseError(error) ? error.code : 'unexpected',
    message: oneLine(error?.message ?? 'the run was stopped before this row was sent'),
    problems: [],
    retryable: status === 'not-run' || (isDataverseError(error) && error.retryable),
    ...(serviceCode !== undefined && { serviceCode }),
  }
}
