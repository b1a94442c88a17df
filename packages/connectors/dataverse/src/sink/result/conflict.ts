import { type DataverseError, isResponseError } from '@deltaverse/core'
import type { ConflictKind } from './write-result.js'

const conflicts: Readonly<Record<string, ConflictKind>> = {
  '0x80060882': 'version-differs',
  '0x80040237': 'row-exists',
  '0x80060892': 'key-taken',
  '0x80040333': 'duplicate-rule',
}

/** Which conflict an error tells of. The status says nothing: 412 stands for all of them. */
export function conflictOf(error: DataverseError | undefined): ConflictKind | undefined {
  return isResponseError(error) ? conflicts[error.serviceCode ?? ''] : undefined
}
