import { createRowTranslator, type KeyResolver, type RowTranslator } from '@deltaverse/alternate-keys'
import type { DataverseClient } from '@deltaverse/client'
import type { Row } from '@deltaverse/core'
import { createUpsertWriter, type WriteOperation } from '@deltaverse/dataverse'
import type { TableMetadata } from '@deltaverse/metadata'
import type { ColumnMapping } from '../../push/column-mapping.js'
import { mapRow } from '../../push/map-row.js'
import { type BoundedQueue, createBoundedQueue } from './bounded-queue.js'

/** A record of a stream. */
export interface StreamRecord {
  /** Its number among all records of the run. */
  readonly number: number
  /** The line of the messages that it stands on. */
  readonly line: number
  readonly values: Readonly<Record<string, unknown>>
  /** Whether the row that it points at was missing before, and may have come since. */
  readonly isSecondTry?: boolean
}

/** Why a record was not written. */
export interface FailedRecord {
  readonly record: StreamRecord
  readonly code: string
  readonly message: string
  /** It points at a row that is not there: one that another stream may still bring. */
  readonly isReferenceMissing: boolean
}

/** Where the records of a stream go. */
export interface StreamTarget {
  readonly table: TableMetadata
  readonly key: readonly string[]
  readonly mapping: readonly ColumnMapping[]
}

export interface StreamRowsOptions {
  readonly resolver: KeyResolver
  readonly target: StreamTarget
  readonly operation: WriteOperation
  readonly signal: AbortSignal
  /** Told of each record that was written, or that needed no writing. Waited for. */
  readonly onDone: (record: StreamRecord) => Promise<void>
  /** Told of each that was not. Waited for. */
  readonly onFailed: (failed: FailedRecord) => Promise<void>
}

/** Writes records as they come. */
export interface StreamRows {
  readonly operation: WriteOperation
  push(record: StreamRecord): Promise<void>
  /** Resolves once every record is settled. */
  end(): Promise<void>
}

/** Records in memory before those that bring them wait, and those that are translated together. */
const rowsInQueue = 2_000
const rowsAtOnce = 500

/** Begins to write records of one stream by one operation, in their order as far as rows of one key go. */
export function startStreamRows(client: DataverseClient, options: StreamRowsOptions): StreamRows {
  const { resolver, target, operation, signal, onDone, onFailed } = options
  const queue = createBoundedQueue<StreamRecord>(rowsInQueue)
  const origins = new WeakMap<Row, StreamRecord>()
  const translator = createRowTranslator(client, {
    table: target.table.logicalName,
    resolver,
    references: 'resolve',
    key: [...target.key],
  })
  const writer = createUpsertWriter(client, {
    entitySet: target.table.entitySetName,
    key: [...target.key],
    operation,
    skipUnchanged: operation !== 'delete',
    metadata: resolver.metadata,
  })
  const done = writer.write(translated(queue, translator, options, origins), {
    signal,
    everyRow: true,
    async onEvent(event) {
      if (!('result' in event)) return
      const { result, kind } = event
      const record = origins.get(result.row)
      if (record === undefined) return
      if (kind === 'row-done') return await onDone(record)
      const { error } = result
      await onFailed({
        record,
        code: error?.code ?? 'not-run',
        message: error?.message ?? 'the run was stopped before it was sent',
        isReferenceMissing: false,
      })
    },
  })
  // Whoever pushes is told by `push` that nothing is taken any more.
  const ended = done.then(() => undefined)
  ended.catch(() => queue.end())
  return {
    operation,
    push: (record) => Promise.race([queue.push(record), ended]),
    async end() {
      queue.end()
      await ended
    },
  }
}

/** Records as the Web API takes them, in order; those that cannot be are told as failed. */
async function* translated(
  queue: BoundedQueue<StreamRecord>,
  translator: RowTranslator,
  { target, signal, onFailed }: StreamRowsOptions,
  origins: WeakMap<Row, StreamRecord>,
): AsyncGenerator<Row, void, undefined> {
  for (
    let records = await queue.take(rowsAtOnce);
    records !== undefined;
    records = await queue.take(rowsAtOnce)
  ) {
    const mapped = records.map((record) => ({ record, ...mapRow(record.values, target.mapping) }))
    for (const { record, problems } of mapped) {
      if (problems === undefined) continue
      const message = problems.map((problem) => problem.message).join('; ')
      await onFailed({ record, code: 'bad-input', message, isReferenceMissing: false })
    }
    const whole = mapped.flatMap((each) => ('row' in each ? [each] : []))
    const results = await translator.toWireRows(
      whole.map(({ row }) => row),
      { signal },
    )
    for (const [at, result] of results.entries()) {
      const record = whole[at]?.record
      if (record === undefined) continue
      if (result.status === 'translated') {
        const wire = result.row as Row
        origins.set(wire, record)
        yield wire
        continue
      }
      const isReferenceMissing = result.problems.every(({ reason }) => reason === 'missing-target')
      await onFailed({ record, code: 'bad-input', message: result.error.message, isReferenceMissing })
    }
  }
}
