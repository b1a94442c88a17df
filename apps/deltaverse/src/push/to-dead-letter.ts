import { isDataverseError } from '@deltaverse/core'
import type { WriteResult } from '@deltaverse/dataverse'
import { oneLine } from '../program/one-line.js'
import type { RowPlace } from '../sources/source-row.js'
import type { PushLetter } from './dead-letter.js'
import type { PreparedPush } from './push-rows.js'
import type { RejectedRow } from './translate-rows.js'

/** A row that could not be translated. */
export function letterOfRejected({ settings, table }: PreparedPush, row: RejectedRow): PushLetter {
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

/** A row that was not written. */
export function letterOfResult(
  { table, originOf }: PreparedPush,
  result: WriteResult,
  operation: PushLetter['operation'],
): PushLetter {
  return toPushLetter(result, { table: table.logicalName, operation, source: originOf(result.row) })
}

export interface LetterTerms {
  readonly table: string
  readonly operation: PushLetter['operation']
  /** The row of the source, where there is one. */
  readonly source:
    | { readonly values: Readonly<Record<string, unknown>>; readonly place?: RowPlace | undefined }
    | undefined
}

/** A result as a dead letter. */
export function toPushLetter(
  { row, error, status }: WriteResult,
  { table, operation, source }: LetterTerms,
): PushLetter {
  const serviceCode = (error as { readonly serviceCode?: string } | undefined)?.serviceCode
  return {
    version: 1,
    table,
    operation,
    ...(source?.place !== undefined && { place: source.place }),
    row: source?.values ?? row,
    code: status === 'not-run' ? 'not-run' : isDataverseError(error) ? error.code : 'unexpected',
    message: oneLine(error?.message ?? 'the run was stopped before this row was sent'),
    problems: [],
    retryable: status === 'not-run' || (isDataverseError(error) && error.retryable),
    ...(serviceCode !== undefined && { serviceCode }),
  }
}
