import type { CallOptions } from '@deltaverse/core'
import type { ColumnDetail, DetailedKind } from '@deltaverse/metadata'
import type { KeyedTable, ValueColumn } from '@deltaverse/values'

/** One column, as far as writing it needs to know. */
export type WriterColumn = ValueColumn

/** What the writer needs to know of a table; any `TableMetadata` will do. */
export type WriterTable = KeyedTable

/** Where the writer learns about tables; the `MetadataReader` of `@deltaverse/metadata` is one. */
export interface TableSource {
  /** @throws DataverseError `not-found` when there is no such table */
  tableOfSet(entitySet: string, call?: CallOptions): Promise<WriterTable>
  /** What only typed definitions tell (precision, how dates are stored), by logical name of the column. */
  details(
    logicalName: string,
    kind: DetailedKind,
    call?: CallOptions,
  ): Promise<ReadonlyMap<string, ColumnDetail>>
}
