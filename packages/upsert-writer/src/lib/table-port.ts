import type { CallOptions } from '@deltaverse/contract'

/** What a column holds, as far as writing it needs to know. `other`: nothing that can be compared. */
export type WriterColumnKind =
  | 'text'
  | 'whole-number'
  | 'big-integer'
  | 'decimal'
  | 'money'
  | 'double'
  | 'boolean'
  | 'choice'
  | 'choices'
  | 'state'
  | 'status'
  | 'date'
  | 'lookup'
  | 'owner'
  | 'guid'
  | 'image'
  | 'file'
  | 'other'

/** How a date column is stored (Microsoft Learn: Behavior and format of the date and time column). */
export type WriterDateBehavior = 'UserLocal' | 'DateOnly' | 'TimeZoneIndependent'

/** One column, as far as writing it needs to know. */
export interface WriterColumn {
  readonly logicalName: string
  readonly kind: WriterColumnKind
  /** For lookups: the tables it can point at, each with the name for `@odata.bind`. */
  readonly targets: readonly { readonly table: string; readonly navigationProperty: string }[]
}

/** An alternate key and whether it can be used yet. */
export interface WriterKey {
  readonly logicalName: string
  /** Logical names of its columns. */
  readonly columns: readonly string[]
  /** `Active`, `Pending`, `InProgress` or `Failed`. */
  readonly indexStatus: string
}

/** What the writer needs to know of a table. */
export interface WriterTable {
  readonly logicalName: string
  /** URL segment: `products`. */
  readonly entitySetName: string
  readonly primaryIdColumn: string
  /** By logical name. */
  readonly columns: ReadonlyMap<string, WriterColumn>
  readonly keys: readonly WriterKey[]
}

/** What only comparing needs: digits after the point, and how dates are stored. */
export interface WriterColumnDetail {
  readonly precision?: number | undefined
  readonly dateBehavior?: WriterDateBehavior | undefined
}

/** Kinds of column that have details. */
export type DetailedColumnKind = 'date' | 'decimal' | 'money' | 'double'

/** Where the writer learns about tables. The default asks the service once per writer. */
export interface TableSource {
  /** @throws DataverseError `not-found` when there is no such table */
  table(entitySet: string, call?: CallOptions): Promise<WriterTable>
  /** By logical name of the column. */
  details(
    logicalName: string,
    kind: DetailedColumnKind,
    call?: CallOptions,
  ): Promise<ReadonlyMap<string, WriterColumnDetail>>
}
