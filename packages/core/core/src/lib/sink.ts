import type { TableSchema } from '@deltaverse/schema'
import type { CallOptions } from './call-options.js'
import type { ChangeEvent, Row, UpsertedChange } from './change.js'
import type { StoredState, SyncState } from './sync-state.js'

/**
 * Where changes go. The position says how far the sink is, in the sink's own words (bytes of a file, a number of a batch),
 * as plain JSON; it is saved together with the source's checkpoint, after `commit` resolved.
 *
 * What the events ask of a sink that keeps a table's rows:
 * - `reset` of an epoch: a snapshot begins. What the sink holds stays as it is, and visible, until `complete`.
 *   The same epoch may begin again (its rows taken up so far count for nothing then).
 * - `complete` of that epoch: rows that it did not bring are gone.
 * - A change may come again behind a crash; the same change twice leaves what it left once.
 */
export interface Sink<Position = unknown, R extends object = Row> {
  /** Makes ready to continue at a position and discards whatever lies beyond it; `undefined` starts empty. */
  open(position: Position | undefined, call?: SinkOpenOptions): Promise<void>
  /**
   * Makes ready for rows of this schema, by the sink's own policy: adds columns, widens them, or refuses. Called behind `open`
   * and before the first `write`, and again when the schema changes.
   *
   * @throws DataverseError `sink-mismatch` for a schema that its policy does not take
   */
  applySchema?(schema: TableSchema, call?: CallOptions): Promise<void>
  /** Takes events in order. May buffer: nothing needs to be durable yet. */
  write(events: readonly ChangeEvent<R>[], call?: CallOptions): Promise<void>
  /** Resolves once everything written is durable, with the position that says so. */
  commit(call?: CallOptions): Promise<Position>
  /** Lets go of what it holds open; what was not committed is lost. Safe to call twice. */
  close(): Promise<void>
}

/**
 * A sink that keeps the state of its sync itself and saves it in the transaction of the rows: both are there or neither, so a
 * change takes effect once.
 */
export interface TransactionalSink<Position = unknown, R extends object = Row> extends Sink<Position, R> {
  /** The state that the last commit saved under this name; called before `open`. */
  loadState(name: string, call?: CallOptions): Promise<StoredState<Position> | undefined>
  /**
   * In place of `commit`: everything written and the state, in one transaction; it adds the position to the state.
   *
   * @throws DataverseError `conflict` when the stored revision is not `expectedRevision` (`undefined`: none is stored); then
   * nothing of it took effect
   */
  commitWith(
    name: string,
    state: Omit<SyncState, 'position'>,
    expectedRevision: string | undefined,
    call?: CallOptions,
  ): Promise<{ readonly position: Position; readonly revision: string }>
  /** As {@link CheckpointStore.acquire}. */
  acquire?(name: string, call?: CallOptions): Promise<Lease>
}

/** Some columns of rows: what a sink that holds these rows is to put into them. */
export interface ColumnPatch<R extends object = Row> {
  /** The members that each of the rows has, beside the key and annotations. */
  readonly columns: readonly string[]
  readonly rows: readonly UpsertedChange<R>[]
}

/** A sink that can fill columns which come later, without being told every row anew. */
export interface PatchableSink<R extends object = Row> {
  /**
   * Puts columns into rows that it holds, behind everything written before. A row that it does not hold (deleted since, not yet
   * there) stays so, and one that it holds in another version stays as it is: that version came, or comes, with all columns.
   * Where one of the versions is not known, the columns are put in. Durable by the next commit, like everything written.
   * Never called within a snapshot, between `reset` and `complete`.
   */
  patch(patch: ColumnPatch<R>, call?: CallOptions): Promise<void>
  /**
   * Members of rows that it keeps from now on and that rows it holds have nothing of: a column that was made anew, say,
   * because somebody dropped the old one. Told behind `open` and `applySchema`, until a commit.
   */
  unfilled?(): readonly string[]
}

/** What a sink is told when it is opened. */
export interface SinkOpenOptions extends CallOptions {
  /** Under which it is opened; a sink without transactions asks it before each write. */
  readonly lease?: Lease | undefined
}

/** Says that its holder alone works on a name. */
export interface Lease {
  /** Aborts when the lease is lost (its connection broke, somebody took it): the holder has to stop. */
  readonly lost: AbortSignal
  /**
   * How often the name was taken from a holder that may still run. Whoever holds it in its turn writes where holders of lower
   * numbers do not. Absent where a store can tell that a holder is dead.
   */
  readonly fence?: number
  /** Asks whether it still is held; rejects with what `lost` aborts with. */
  check?(): Promise<void>
  release(): Promise<void>
}

/** Keeps the states of syncs by name. */
export interface CheckpointStore {
  /** @throws DataverseError `checkpoint-invalid` when what is stored cannot be read; it says what to do */
  load(name: string, call?: CallOptions): Promise<StoredState | undefined>
  /**
   * Saves if the stored revision still is `expectedRevision` (`undefined`: if there is none), durably, in one step.
   *
   * @returns the new revision
   * @throws DataverseError `conflict` when somebody else has saved in between; then nothing is changed
   */
  save(
    name: string,
    state: SyncState,
    expectedRevision: string | undefined,
    call?: CallOptions,
  ): Promise<string>
  /**
   * Takes the name for one holder; the lease of a holder that died is taken over. A store without it relies on the revisions
   * alone: a second process is found out when it saves, not when it starts.
   *
   * @throws DataverseError `conflict` that names the holder
   */
  acquire?(name: string, call?: CallOptions): Promise<Lease>
}

/** A row as a sink holds it. */
export interface HeldRow {
  /** Primary key, as in the changes. */
  readonly id: string
  /** Digits of the row version; `undefined` when the sink does not know it. */
  readonly rowVersion: string | undefined
  /** Present when the row was deleted after an earlier mention of it. */
  readonly deleted?: true
}

/** A sink that can tell what it holds, so that it can be verified against the table. */
export interface ReadableSink {
  /**
   * Everything that is committed, in any order; a later mention of an id counts and an earlier one does not. Memory is
   * bounded, whatever the size.
   */
  held(call?: CallOptions): AsyncIterable<readonly HeldRow[]>
  /**
   * Of rows as the table has them, those whose values the open sink holds otherwise, by its own types: a number is the same however it is
   * written. Asked between commits, when nothing waits. A row that the sink does not hold is none of them. Left out by sinks
   * that cannot look at single rows.
   */
  differing?(rows: readonly UpsertedChange[], call?: CallOptions): Promise<readonly string[]>
}
