import type { Row } from '@deltaverse/core'
import { isResponseError } from '@deltaverse/core'
import type { WriteOperation } from '../writer-options.js'
import type { ConflictKind, FollowUpStep, WriteResult } from './write-result.js'

/** A row that was not written, as plain JSON: one line of a file to correct and to replay. */
export interface DeadLetter<R extends object = Row> {
  readonly entitySet: string
  readonly operation: WriteOperation
  /** Position in the source that it came from. */
  readonly index: number
  readonly key: Readonly<Record<string, unknown>>
  /** GUID, where it is known. A create that is replayed keeps it, so that no second row appears. */
  readonly id?: string | undefined
  /** The row as it was given. Correct it here. */
  readonly row: R
  readonly status: 'failed' | 'not-run'
  /** What can be done: see `ErrorCode` of `@deltaverse/core`. */
  readonly code?: string | undefined
  readonly serviceCode?: string | undefined
  readonly httpStatus?: number | undefined
  readonly conflict?: ConflictKind | undefined
  readonly step?: FollowUpStep | undefined
  /** What failed, and what to do next. */
  readonly message?: string | undefined
  /** Whether the row may pass without a change. */
  readonly retryable?: boolean | undefined
  readonly requestId?: string | undefined
  readonly attempts: number
}

/** Turns the result of a row that was not written into a dead letter. @throws TypeError for other results */
export function formatDeadLetter<R extends object>(
  result: WriteResult<R>,
  { entitySet, operation }: { readonly entitySet: string; readonly operation: WriteOperation },
): DeadLetter<R> {
  const { index, key, id, row, status, error, conflict, step, attempts } = result
  if (status !== 'failed' && status !== 'not-run') {
    throw new TypeError(`row ${index} is ${status}: only rows that were not written become dead letters`)
  }
  return {
    entitySet,
    operation,
    index,
    key,
    ...(id === undefined ? {} : { id }),
    row,
    status,
    ...(conflict === undefined ? {} : { conflict }),
    ...(step === undefined ? {} : { step }),
    ...(error === undefined ? {} : describeError(error)),
    attempts,
  }
}

/** What a dead letter says of an error. */
export function describeError(
  error: NonNullable<WriteResult['error']>,
): Pick<DeadLetter, 'code' | 'serviceCode' | 'httpStatus' | 'message' | 'retryable' | 'requestId'> {
  const { code, message, retryable } = error
  if (!isResponseError(error)) return { code, message, retryable }
  const { serviceCode, status, requestId } = error
  return {
    code,
    ...(serviceCode === undefined ? {} : { serviceCode }),
    httpStatus: status,
    message,
    retryable,
    ...(requestId === undefined ? {} : { requestId }),
  }
}

/** The row of a dead letter. @throws TypeError for a letter of another table or operation, or what is none */
export function rowOfDeadLetter(
  letter: DeadLetter<object>,
  expected: {
    readonly entitySet: string
    readonly operation: WriteOperation
    readonly primaryIdColumn: string
  },
): Row {
  if (
    typeof letter !== 'object' ||
    letter === null ||
    typeof letter.row !== 'object' ||
    letter.row === null
  ) {
    throw new TypeError('a dead letter must be an object with the member row')
  }
  for (const name of ['entitySet', 'operation'] as const) {
    if (letter[name] === expected[name]) continue
    throw new TypeError(
      `a dead letter of ${name} '${letter[name]}' cannot be replayed by a writer of '${expected[name]}'`,
    )
  }
  const row = letter.row as Row
  if (letter.operation !== 'create' || letter.id === undefined) return row
  return row[expected.primaryIdColumn] === undefined ? { ...row, [expected.primaryIdColumn]: letter.id } : row
}

/** Whether the row may be in the table all the same: its state could not follow, or its answer got lost. */
export function mayBeWritten({ step, httpStatus, attempts }: DeadLetter<object>): boolean {
  return step !== undefined || (attempts > 0 && (httpStatus === undefined || httpStatus >= 500))
}
