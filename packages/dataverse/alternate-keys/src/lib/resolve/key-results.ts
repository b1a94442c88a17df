import type { DataverseError } from '@deltaverse/core'
import type { KeyValues } from '@deltaverse/values'
import type { RowAddress } from './key-address.js'

/** A key as callers give it: a GUID, or the values of columns. */
export type Key = string | KeyValues

/** What became of a key that names no single row. None of these is an exception. */
export type KeyMiss =
  | { readonly status: 'missing'; readonly key: Key; readonly id: undefined }
  /** Several rows have these values: no Active key keeps them apart. */
  | {
      readonly status: 'ambiguous'
      readonly key: Key
      readonly id: undefined
      readonly ids: readonly string[]
    }
  /** The key cannot name a row; `error` names column and value and has the code `bad-input`, or `bad-request`
   * where not a value is wrong but the names of the columns. Nothing was sent. */
  | {
      readonly status: 'invalid'
      readonly key: Key
      readonly id: undefined
      readonly error: DataverseError
    }

/** What became of one key. */
export type KeyResolution = { readonly status: 'found'; readonly key: Key; readonly id: string } | KeyMiss

/** How one row can be named to the service. */
export type KeyAddress =
  /** By its alternate key. Nothing was asked, so there may be no such row. */
  | (RowAddress & { readonly status: 'by-key'; readonly key: Key; readonly id: undefined })
  | (RowAddress & { readonly status: 'by-id'; readonly key: Key; readonly id: string })
  | KeyMiss

/** What was read of one row. */
export type KeyedRow =
  | {
      readonly status: 'found'
      readonly key: Key
      readonly id: string
      /** The selected columns as the Web API writes them. */
      readonly row: Readonly<Record<string, unknown>>
    }
  | KeyMiss

/** What to read of rows. */
export interface ReadRowsOptions {
  /** Columns by their names on the wire, lookups as `_primarycontactid_value`. */
  readonly select: readonly string[]
  /** Annotations to include, such as `Microsoft.Dynamics.CRM.lookuplogicalname`. Default: none. */
  readonly annotations?: string | undefined
}
