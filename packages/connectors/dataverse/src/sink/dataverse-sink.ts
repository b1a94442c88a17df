import type { DataverseClient } from '@deltaverse/client'
import {
  type CallOptions,
  type Change,
  DataverseError,
  type Row,
  routeEvents,
  type Sink,
} from '@deltaverse/core'
import { createMetadataReader } from '@deltaverse/metadata'
import { createPendingChanges } from './queue/pending-changes.js'
import type { WriteResult } from './result/write-result.js'
import {
  type DataverseSinkOptions,
  dataverseSinkOptions,
  type OwnOptions,
  type OwnSettings,
} from './sink-options.js'
import { createUpsertWriter, type UpsertWriter } from './upsert-writer.js'

/** How many rows have been written so far; nothing needs to be taken back, because a row written twice is written once. */
export interface DataverseSinkPosition {
  readonly rows: number
}

/**
 * Writes the changes of any source into a table of Dataverse: rows under the table's alternate key, deletions as `deletions` says.
 * Of a row that changed several times the last version is written, and deletions go first, so that a key that moves from a deleted row to a new
 * one is free. `commit` resolves once every row before it has a result.
 *
 * What the table holds otherwise stays: a snapshot that is taken again cannot tell what is gone, because this sink does not
 * remember what it wrote. So with deletions a second snapshot is refused; give the sync a fingerprint store, and it arrives as
 * changes.
 *
 * @throws TypeError or RangeError for options that cannot be right
 */
export function createDataverseSink(
  client: DataverseClient,
  input: DataverseSinkOptions,
): Sink<DataverseSinkPosition> {
  const [own, writerOptions] = divide(input)
  const settings = dataverseSinkOptions.parse(own)
  if (settings.onBadRow === 'dead-letter' && settings.deadLetter === undefined) {
    throw new TypeError("deadLetter is required where onBadRow is 'dead-letter': it takes the rows")
  }
  const upserter = createUpsertWriter<Row>(client, { ...writerOptions, operation: 'upsert' })
  const remover = createRemover(client, writerOptions, settings)
  const pending = createPendingChanges()
  let isOpen = false
  let rows = 0
  let idColumn = ''

  async function take(changes: readonly Change[], call: CallOptions): Promise<void> {
    for (const change of changes) {
      const row = toRow(settings, writerOptions, change, idColumn)
      if (row !== undefined) pending.add(change, row)
      if (pending.rows >= settings.maxRows || pending.bytes >= settings.maxBytes) await flush(call)
    }
  }

  async function flush(call: CallOptions): Promise<void> {
    const { gone, kept } = pending.take()
    if (remover !== undefined && gone.length > 0) await write(remover, gone, call)
    if (kept.length > 0) await write(upserter, kept, call)
    rows += gone.length + kept.length
  }

  async function write(writer: UpsertWriter<Row>, batch: readonly Row[], call: CallOptions): Promise<void> {
    await writer.write(batch, {
      signal: call.signal,
      async onEvent(event) {
        await settings.onEvent?.(event)
        if (event.kind !== 'row-failed') return
        if (settings.onBadRow === 'stop') throw badRow(event.result)
        await settings.deadLetter?.(writer.toDeadLetter(event.result))
      },
    })
  }

  function requireOpen(): void {
    if (!isOpen) throw new Error('the sink is not open: call open() first')
  }

  return {
    async open(position, call = {}) {
      pending.take()
      if (remover !== undefined && writerOptions.key === undefined) {
        const { entitySet, metadata = createMetadataReader(client) } = writerOptions
        idColumn = (await metadata.tableOfSet(entitySet, call)).primaryIdColumn
      }
      rows = position?.rows ?? 0
      isOpen = true
    },
    async write(events, call = {}) {
      requireOpen()
      call.signal?.throwIfAborted()
      await routeEvents(events, {
        changes: (changes) => take(changes, call),
        reset({ epoch }) {
          if (settings.deletions !== 'ignore' && (epoch > 1 || rows > 0)) throw cannotTellWhatIsGone()
          // What an earlier beginning brought counts for nothing.
          pending.take()
        },
        complete() {},
        checkpoint() {},
      })
    },
    async commit(call = {}) {
      requireOpen()
      await flush(call)
      return { rows }
    },
    async close() {
      isOpen = false
      pending.take()
    },
  }
}

type WriterPart = Omit<DataverseSinkOptions, keyof OwnOptions>

/** The options of the sink itself, and those that are the writer's. */
function divide(input: DataverseSinkOptions): [OwnOptions, WriterPart] {
  if (typeof input !== 'object' || input === null) throw new TypeError('createDataverseSink() takes options')
  const names = Object.keys(dataverseSinkOptions.spec)
  const entries = Object.entries(input)
  return [
    Object.fromEntries(entries.filter(([name]) => names.includes(name))) as OwnOptions,
    Object.fromEntries(entries.filter(([name]) => !names.includes(name))) as unknown as WriterPart,
  ]
}

function createRemover(
  client: DataverseClient,
  writerOptions: WriterPart,
  { deletions, toRow }: OwnSettings,
): UpsertWriter<Row> | undefined {
  if (deletions !== 'delete' && deletions !== 'deactivate') return undefined
  // Of a deletion the change itself tells the key, in the words of the table; only `toRow` says it in other words.
  const translate = toRow === undefined ? undefined : writerOptions.translate
  return createUpsertWriter<Row>(client, { ...writerOptions, translate, operation: deletions })
}

function toRow(
  settings: OwnSettings,
  { key }: WriterPart,
  change: Change,
  idColumn: string,
): Row | undefined {
  if (change.kind === 'upserted') {
    return settings.toRow === undefined ? { ...change.key, ...change.row } : settings.toRow(change)
  }
  if (settings.deletions === 'ignore') return undefined
  if (settings.deletions === 'refuse') {
    throw new DataverseError(
      `row ${change.id} of ${change.table} was deleted, and the sink was not told what to do then. Set deletions to 'delete', 'deactivate' or 'ignore'.`,
      { code: 'too-many-deletions' },
    )
  }
  const named = settings.toRow?.(change) ?? change.key
  if (named !== undefined) return named
  if (key === undefined) return { [idColumn]: change.id }
  throw new DataverseError(
    `the deletion of row ${change.id} of ${change.table} tells its id only, and rows are written by ${key.join(', ')}. Give toRow, which makes the key of it, or set deletions to 'ignore'.`,
    { code: 'bad-input' },
  )
}

function badRow(result: WriteResult<Row>): DataverseError {
  const key = JSON.stringify(result.key)
  return new DataverseError(
    `Dataverse does not take the row with key ${key}: ${result.error?.message ?? 'it was not written'}. Mend it at its source, or set onBadRow to 'dead-letter' and go on without it.`,
    { code: 'sink-failed', retryable: result.error?.retryable ?? false, cause: result.error },
  )
}

function cannotTellWhatIsGone(): DataverseError {
  return new DataverseError(
    "the table is read in full once more, and this sink cannot tell which of its rows are gone. Give the sync a fingerprint store, or set deletions to 'ignore'.",
    { code: 'sink-mismatch' },
  )
}
