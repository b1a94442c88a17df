import type { TableSchema } from '@deltaverse/schema'
import type { CallOptions } from './call-options.js'
import type { ChangeEvent, ResetReason, Row, UpsertedChange } from './change.js'
import type { Checkpoint } from './checkpoint.js'
import type { JsonValue } from './json-value.js'
import type { SourceEvent } from './source-event.js'

/** What one read may say for itself. */
export interface ReadOptions extends CallOptions {
  /** Where this read goes on; `null` begins with a snapshot. */
  readonly checkpoint?: Checkpoint | null | undefined
  /**
   * Reads the table in full although there is a checkpoint. The reset tells the reason that is given; `true` is told as `requested`.
   */
  readonly restart?: boolean | ResetReason | undefined
  /**
   * Whoever asks knows that the checkpoint was made in the environment of this source, whatever its address is called now.
   * Then a checkpoint of the same table under another host name is gone on from.
   */
  readonly sameEnvironment?: boolean | undefined
  /**
   * Columns of this source that the checkpoint was perhaps not made with, and that the caller fills by {@link Source.readColumns}:
   * where nothing else differs, the source goes on from the checkpoint, with all of its columns. Where it cannot, it begins a
   * snapshot (`schema-changed`).
   */
  readonly addedColumns?: readonly string[] | undefined
  /** Told of what happens while it reads, and not waited for. */
  readonly onEvent?: ((event: SourceEvent) => void) | undefined
}

/** How some columns of a table are read. */
export interface ReadColumnsOptions extends CallOptions {
  /** Where to go on: as a group of an earlier read of the very same columns told it. Default: at the first row. */
  readonly cursor?: JsonValue | undefined
  /** Told of what happens while it reads, and not waited for. */
  readonly onEvent?: ((event: SourceEvent) => void) | undefined
}

/** Some rows, with some of their columns. */
export interface ColumnGroup<R extends object = Row> {
  /** Each with its id, its version where the source tells it, and the columns that were asked for. */
  readonly rows: readonly UpsertedChange<R>[]
  /** Where a later read goes on behind these rows; absent where it cannot go on just there. */
  readonly cursor?: JsonValue
}

/** Which row, and in which version. */
export interface RowKey {
  /** Primary key as text; from Dataverse a lower-case GUID without braces. */
  readonly id: string
  /** Digits of the row version; `undefined` when the source does not tell it. */
  readonly rowVersion: string | undefined
}

/** How many rows a table has, as far as its source tells. */
export interface RowCount {
  readonly rows: number
  /**
   * `exact` when it was counted; `at-least` when the source stopped counting there; `estimate` when it is a figure that the
   * source keeps and renews now and then.
   */
  readonly certainty: 'exact' | 'at-least' | 'estimate'
}

/**
 * Where the changes of one table come from.
 *
 * Each read begins at its checkpoint and ends when there is nothing more to tell for now. Order is that of the source; each
 * change comes at least once, and may come again behind a failure. A checkpoint may be saved once everything before it is
 * durable, and a read that begins there misses nothing.
 */
export interface Source<R extends object = Row> {
  /** Which table of which environment: what the checkpoints of this source are told apart by. */
  readonly id: string
  /** The table, as this source calls it. */
  readonly table: string
  /** What there is to tell since a checkpoint, in groups as they arrive. */
  read(options?: ReadOptions): AsyncIterable<readonly ChangeEvent<R>[]>
  /** What the table is: its columns and their types. */
  schema?(call?: CallOptions): Promise<TableSchema>
  /** The members that its rows have, annotations left out; `undefined` when it may not know. */
  columns?(call?: CallOptions): Promise<readonly string[] | undefined>
  /**
   * Some columns of all rows, as they are when each group is read: what it takes to fill columns that came later. Rows that
   * come or change meanwhile may be left out, as `read` brings them. A cursor that is no longer good is not followed: the
   * rows come from the first one then.
   */
  readColumns?(columns: readonly string[], options?: ReadColumnsOptions): AsyncIterable<ColumnGroup<R>>
  /** How many rows the table has now. */
  count?(call?: CallOptions): Promise<RowCount>
  /** Keys and versions of all rows, in groups. A key may come twice. */
  keys?(call?: CallOptions): AsyncIterable<readonly RowKey[]>
  /** These rows as they are now, in groups and in any order; those that are gone do not come. */
  rows?(ids: readonly string[], call?: CallOptions): AsyncIterable<readonly UpsertedChange<R>[]>
}
