import type { Row } from '@deltaverse/core'
import { isResponseError } from '@deltaverse/core'
import { fromPlainRow, toPlainRow } from '@deltaverse/values'
import type { RejectedWrite } from '../dry-run.js'
import type { WriteOperation } from '../writer-options.js'
import type { RowPlace } from './row-place.js'
import type { RowProblem } from './row-problem.js'
import type { ConflictKind, FollowUpStep, WriteResult } from './write-result.js'

/**
 * A row that was not written, as plain JSON: one line of a file to correct and to replay. What JSON has no form for stands as an object
 * that says what it is: `{ "$ref": { "table": "account", "key": { "accountnumber": "A-9" } } }`, `{ "$date": … }`, `{ "$bigint": … }`.
 */
export interface DeadLetter<R extends object = Row> {
  readonly version: 1
  readonly entitySet: string
  readonly operation: WriteOperation
  /** Position in the source that it came from. */
  readonly index: number
  /** Where the row stands in its source, where that is known. */
  readonly place?: RowPlace | undefined
  readonly key: Readonly<Record<string, unknown>>
  /** GUID, where it is known. A create that is replayed keeps it, so that no second row appears. */
  readonly id?: string | undefined
  /** The row as its source has it, in the source's words. Correct it here. */
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
  /** What of the row is to blame, as far as it is known. */
  readonly problems?: readonly RowProblem[] | undefined
  /** Whether the row may pass without a change. */
  readonly retryable?: boolean | undefined
  readonly requestId?: string | undefined
  readonly attempts: number
}

/** What only a row tells that was sent. */
type Sent = Pick<WriteResult, 'conflict' | 'step' | 'attempts'>

/** What a writer knows of all its letters. */
interface LetterTerms {
  readonly entitySet: string
  readonly operation: WriteOperation
  readonly translate?: { readonly valuesOf: (row: object) => object } | undefined
}

/** Turns the result of a row that was not written, or will not be, into a dead letter. @throws TypeError for other results */
export function formatDeadLetter<R extends object>(
  result: WriteResult<R> | RejectedWrite<R>,
  { entitySet, operation, translate }: LetterTerms,
): DeadLetter<R> {
  const { index, key, id, row, place, error, problems } = result
  const status = 'plan' in result ? 'failed' : result.status
  if (status !== 'failed' && status !== 'not-run') {
    throw new TypeError(`row ${index} is ${status}: only rows that were not written become dead letters`)
  }
  const { conflict, step, attempts }: Sent = 'plan' in result ? { attempts: 0 } : result
  return {
    version: 1,
    entitySet,
    operation,
    index,
    ...(place === undefined ? {} : { place }),
    key: toPlainRow(key),
    ...(id === undefined ? {} : { id }),
    row: toPlainRow(translate?.valuesOf(row) ?? row) as R,
    status,
    ...(conflict === undefined ? {} : { conflict }),
    ...(step === undefined ? {} : { step }),
    ...(error === undefined ? {} : describeError(error)),
    ...(problems === undefined || problems.length === 0
      ? {}
      : { problems: problems.map((problem) => toPlainRow(problem) as unknown as RowProblem) }),
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

/** A dead letter, read. */
export interface ReadLetter {
  readonly row: Row
  readonly place: RowPlace | undefined
  /** GUID of a create, which a replay keeps. */
  readonly id: string | undefined
  /** Whether a row with this GUID can only be what an earlier run of ours created. */
  readonly isOwn: boolean
}

/** Reads a dead letter. @throws TypeError for a letter of another table or operation, or what is none */
export function readDeadLetter(
  letter: DeadLetter<object>,
  expected: { readonly entitySet: string; readonly operation: WriteOperation },
): ReadLetter {
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
  const id = letter.operation === 'create' ? letter.id : undefined
  const { place } = letter
  return { row: fromPlainRow(letter.row) as Row, place, id, isOwn: mayBeWritten(letter) }
}

/** Whether the row may be in the table all the same: its state could not follow, or its answer got lost. */
function mayBeWritten({ step, httpStatus, attempts, code }: DeadLetter<object>): boolean {
  if (code === 'row-rejected' && step === undefined) return false
  return step !== undefined || (attempts > 0 && (httpStatus === undefined || httpStatus >= 500))
}
