import { DataverseError, isDataverseError, isResponseError } from '@deltaverse/core'
import type { TypedKey } from '@deltaverse/values'
import { describeValue } from '@deltaverse/values'

/** A key that does not fit into any URL. */
export function tooLongError({ table, columns }: TypedKey): DataverseError {
  return new DataverseError(
    `A key of table '${table.logicalName}' (${columns.join(', ')}) is too long for the URL of a query. ` +
      'Keys hold 900 bytes at most.',
    { code: 'bad-request' },
  )
}

/** A key whose lookup is named by something that several rows answer to. */
export function ambiguousPartError(column: string, target: string): DataverseError {
  return new DataverseError(
    `Column '${column}' of a key names ${target}, which several rows answer to. Make a key of that table Active, or ` +
      'name the row by its GUID.',
    { code: 'bad-request' },
  )
}

/** A key that can only be looked up, where looking up was ruled out. */
export function unaddressableError(key: TypedKey): DataverseError {
  const name = `(${key.columns.join(', ')})`
  return new DataverseError(
    key.unaddressable === undefined
      ? `Table '${key.table.logicalName}' has no Active key ${name} to address rows by. Make one with ensureKey(), or set notAddressable to 'look-up'.`
      : `A value of the key ${name} of table '${key.table.logicalName}' holds ${JSON.stringify(key.unaddressable)}, which the service does not take in an address. Set notAddressable to 'look-up'.`,
    { code: 'bad-request' },
  )
}

/** What is neither a GUID nor an object of values. */
export function noKeyError(table: string, key: unknown): DataverseError {
  return new DataverseError(
    `A key of table '${table}' must be a GUID or an object of column values, received ${describeValue(key)}.`,
    { code: 'bad-request' },
  )
}

/** A mistake in the key itself, as opposed to an answer of the service. */
export function isInvalidKey(error: unknown): error is DataverseError {
  return (
    isDataverseError(error) &&
    (error.code === 'bad-request' || error.code === 'bad-input') &&
    !isResponseError(error)
  )
}
