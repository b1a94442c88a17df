import type { Schema } from '../schema/schema.js'
import type { Column } from '../schema/table.js'
import type { StoredRow } from '../schema/table-definition.js'
import type { ExpandItem } from './query-options.js'
import type { RelatedRows } from './related-rows.js'

/** What of a row is sent, and how. */
export interface RowShape {
  readonly schema: Schema
  readonly related: RelatedRows
  /** For links inside rows: `http://host/api/data/v9.2`. */
  readonly serviceRoot: string
  /** The columns to send; `undefined` for all. */
  readonly select?: readonly Column[] | undefined
  readonly expand?: readonly ExpandItem[] | undefined
  /** The list inside `odata.include-annotations`; names may end in `*`. */
  readonly annotations?: readonly string[] | undefined
  /** Whether the row carries `@odata.etag`. Default: `true`. */
  readonly etag?: boolean | undefined
  /** Whether decimals and 64-bit integers are texts (`IEEE754Compatible=true`). Default: `false`. */
  readonly textNumbers?: boolean | undefined
}

/** Writes one row; made once per response, so that what does not depend on the row is worked out once. */
export type RowFormat = (row: StoredRow) => string
