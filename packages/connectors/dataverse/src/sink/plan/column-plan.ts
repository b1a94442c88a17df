import type { Row } from '@deltaverse/core'
import type { ColumnDetail } from '@deltaverse/metadata'
import type { KeyPlan } from '@deltaverse/values'
import type { Content } from '../row/row-state.js'
import type { WriterSettings } from '../writer-options.js'
import type { WriterTable } from './table-port.js'
import type { TableStates } from './table-states.js'

/** Turns rows into the columns of their requests. Throws a DataverseError `bad-input` for what can never be written. */
export type ColumnReader = (row: Row) => Content

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
