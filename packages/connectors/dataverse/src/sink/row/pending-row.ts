import type { Row } from '@deltaverse/core'
import type { RowKey } from '@deltaverse/values'
import type { Columns } from '../plan/columns.js'
import type { RowState } from './row-state.js'

export const noRows: readonly PendingRow[] = []

/** A row on its way: what it was and how it is addressed, which never changes, and where it stands. */
export interface PendingRow {
  readonly index: number
  /** As it was given. */
  readonly row: Row
  /** The row with what earlier versions brought; else `row` itself. */
  readonly merged: Row
  /** What holds the values of the key: the row, or what `keyOf` made of it. */
  readonly keyed: Columns
  /** Equal for versions of one row: a later one may take the place of an earlier one. */
  readonly identity: string
  /** Equal for rows that the database may take for one row: such rows are never under way at the same time. */
  readonly lane: string
  /** The alternate key, typed; absent for rows addressed by GUID, and where it is `identity`: see `keyPartsOf()`. */
  readonly parts: RowKey['parts']
  /** Whether the key holds a character that the service cannot take in an address. */
  readonly unaddressable: boolean
  /** Row version that the row must still have. */
  readonly etag: string | undefined
  /** The versions that this one took the place of, oldest first; it holds their columns as well. */
  readonly earlier: readonly PendingRow[]
  /** Where it stands; the functions of `row-steps.ts` put the next state here, and nobody else. */
  readonly state: RowState
}
