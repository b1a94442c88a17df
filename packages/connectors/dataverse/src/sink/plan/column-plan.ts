import type { Row } from '@deltaverse/core'
import type { ColumnDetail } from '@deltaverse/metadata'
import type { KeyPlan } from '@deltaverse/values'
import type { WriterSettings } from '../writer-options.js'
import type { Columns } from './columns.js'
import type { WriterTable } from './table-port.js'
import type { TableStates } from './table-states.js'

/** What of a row goes into its first request, and what into those that follow. */
export interface WireColumns {
  /** Columns of the first request, where they are not in `body`. */
  readonly columns: Columns | undefined
  /** The same as JSON, where it was written at once. */
  readonly body: string | undefined
  readonly followUps: readonly Columns[]
  /** Size of the columns as JSON. */
  readonly bytes: number
}

/** Turns rows into the columns of their requests. Throws a DataverseError `bad-input` for what can never be written. */
export type ColumnReader = (row: Row) => WireColumns

/** What the columns of a row depend on. */
export interface ColumnPlan {
  readonly table: WriterTable
  /** Absent for a `create` without key. */
  readonly key: KeyPlan | undefined
  /** How date columns are stored, by logical name. */
  readonly dates: ReadonlyMap<string, ColumnDetail>
  readonly states: TableStates
  readonly options: WriterSettings
}
