import type { Row } from '@deltaverse/core'
import type { RowOrigins } from '../translate/row-origins.js'
import type { BulkSupport } from './bulk-support.js'
import type { Clearing } from './clearing.js'
import type { ColumnPlan, ColumnReader } from './column-plan.js'
import type { RequestCalls } from './request-calls.js'
import type { TableSource } from './table-port.js'

/** What all rows of a run have in common. */
export interface RunPlan extends ColumnPlan {
  readonly metadata: TableSource
  /** Learns, and keeps for the next run, which messages turn out not to work. */
  readonly bulk: BulkSupport
  readonly readColumns: ColumnReader
  /** The requests of what is no row, such as pairs; absent where rows are written. */
  readonly calls?: RequestCalls
  /** Learns how look-ups are cleared; absent where no rows are written. */
  readonly clearing?: Clearing
  /** Rows whose GUIDs can only stand for what an earlier run of ours created. */
  readonly ownIds?: WeakSet<Row>
  /** What translated rows were made of; absent where rows are written as they are given. */
  readonly origins?: RowOrigins
}
