import type { KeyResolver } from '@deltaverse/alternate-keys'
import type { DataverseClient } from '@deltaverse/client'
import { createUpsertWriter, type DeadLetter, type WriteOperation } from '@deltaverse/dataverse'
import type { TableMetadata } from '@deltaverse/metadata'
import type { ColumnMapping } from '../../push/column-mapping.js'
import { toColumns } from '../../push/to-columns.js'
import { createBoundedQueue } from './bounded-queue.js'

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
  readonly message: string
  readonly letter: DeadLetter<StreamRecord>
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

/** Records in memory before those that bring them wait. */
const rowsInQueue = 2_000
const rowsAtOnce = 500

/** Begins to write records of one stream by one operation, in their order as far as rows of one key go. */
export function startStreamRows(client: DataverseClient, options: StreamRowsOptions): StreamRows {
  const { resolver, target, operation, signal, onDone, onFailed } = options
  const queue = createBoundedQueue<StreamRecord>(rowsInQueue)
  const writer = createUpsertWriter<StreamRecord>(client, {
    entitySet: target.table.entitySetName,
    key: [...target.key],
    operation,
    skipUnchanged: operation !== 'delete',
    metadata: resolver.metadata,
    translate: {
      columns: toColumns(target.mapping),
      others: 'leave-out',
      empty: 'null',
      resolver,
      valuesOf: ({ values }) => values,
      placeOf: ({ line }) => ({ file: 'stdin', line }),
    },
  })
  const records = async function* (): AsyncGenerator<StreamRecord, void, undefined> {
    for (let some = await queue.take(rowsAtOnce); some !== undefined; some = await queue.take(rowsAtOnce))
      yield* some
  }
  const done = writer.write(records(), {
    signal,
    everyRow: true,
    async onEvent(event) {
      if (!('result' in event)) return
      const { result, kind } = event
      if (kind === 'row-done') return await onDone(result.row)
      const { error, problems = [] } = result
      await onFailed({
        record: result.row,
        message: error?.message ?? 'the run was stopped before it was sent',
        letter: writer.toDeadLetter(result),
        isReferenceMissing:
          problems.length > 0 && problems.every(({ reason }) => reason === 'missing-target'),
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
