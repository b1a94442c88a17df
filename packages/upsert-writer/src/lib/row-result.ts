import type { DataverseError } from '@deltaverse/contract'
import { conflictOf } from './judge-answer.js'
import type { PendingRow } from './pending-row.js'
import type { WriteResult, WriteStatus } from './write-result.js'

type Told = Pick<PendingRow, 'index' | 'key' | 'row' | 'attempts' | 'id'> &
  Partial<Pick<PendingRow, 'changed'>>

/** The result of a row that was written. */
export function toResult(row: Told, status: WriteStatus, id: string | undefined): WriteResult {
  const { index, key, attempts } = row
  return {
    index,
    key,
    status,
    row: row.row,
    ...(id === undefined ? {} : { id }),
    ...(status === 'updated' && row.changed !== undefined ? { changed: row.changed } : {}),
    attempts,
  }
}

/** The result of a row that was not. */
export function toFailure(row: Told, error: DataverseError): WriteResult {
  const conflict = conflictOf(error)
  return { ...toResult(row, 'failed', row.id), error, ...(conflict === undefined ? {} : { conflict }) }
}
