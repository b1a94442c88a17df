import { type DataverseError, isResponseError } from '@deltaverse/core'
import { serviceCode } from '@deltaverse/protocol'
import type { ConflictKind } from './write-result.js'

const conflicts: Readonly<Record<string, ConflictKind>> = {
  [serviceCode.ConcurrencyVersionMismatch]: 'version-differs',
  [serviceCode.DuplicateRecord]: 'row-exists',
  [serviceCode.DuplicateRecordEntityKey]: 'key-taken',
  [serviceCode.DuplicateRecordsFound]: 'duplicate-rule',
}

/** Which conflict an error tells of. The status says nothing: 412 stands for all of them. */
export function conflictOf(error: DataverseError | undefined): ConflictKind | undefined {
  return isResponseError(error) ? conflicts[error.serviceCode ?? ''] : undefined
}
