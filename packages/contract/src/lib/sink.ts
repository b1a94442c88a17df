import type { ChangeEvent, Checkpoint, Row } from './change.js'

/** What every call that takes time accepts. */
export interface CallOptions {
  /** Ends the call; it rejects with `signal.reason`, untouched. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Where changes go. The position says how far the sink is, in the sink's own words (bytes of a file, a transaction id),
 * as plain JSON; it is saved together with the feed's checkpoint, after `commit` resolved.
 */
export interface Sink<Position, R extends Row = Row> {
  /** Makes ready to continue at a position and discards whatever lies beyond it; `undefined` starts empty. */
  open(position: Position | undefined, call?: CallOptions): Promise<void>
  /** Takes events in order. May buffer: nothing needs to be durable yet. */
  write(events: readonly ChangeEvent<R>[], call?: CallOptions): Promise<void>
  /** Resolves once everything written is durable, with the position that says so. */
  commit(call?: CallOptions): Promise<Position>
  close(): Promise<void>
}

/** A checkpoint and the revision under which it is stored. */
export interface StoredCheckpoint {
  readonly checkpoint: Checkpoint
  /** Opaque; changes with every save. */
  readonly revision: string
}

/** Keeps checkpoints by name. */
export interface CheckpointStore {
  load(name: string, call?: CallOptions): Promise<StoredCheckpoint | undefined>
  /**
   * Saves if the stored revision still is `expectedRevision` (`undefined`: if there is none), else rejects with a
   * `conflict` {@link DataverseError}.
   *
   * @returns the new revision
   */
  save(
    name: string,
    checkpoint: Checkpoint,
    expectedRevision: string | undefined,
    call?: CallOptions,
  ): Promise<string>
}
