import type { CallOptions, Change, ResetEvent, SyncState } from '@deltaverse/core'

/** What became of a group of changes. */
export interface SelectedChanges<R extends object> {
  /** Those that the sink gets to see. */
  readonly changes: readonly Change<R>[]
  /** Deletions that count: those of rows that the sink holds, as far as that is known. */
  readonly deletions: number
  /** Rows that the sink holds as they are. */
  readonly unchanged: number
}

/** Members of the state that the filter wants to be saved. */
type FingerprintState = Pick<SyncState, 'fingerprintMark' | 'fingerprintPass' | 'fingerprintPhase'>

/** Whether the sink sees a snapshot as one, or only what differs. */
type ResetView = 'snapshot' | 'differences'

/** What stands between source and sink: with a fingerprint store it lets through what differs, without one everything. */
export interface ChangeFilter<R extends object> {
  /**
   * Goes on where the saved state says; `undefined` begins with nothing.
   *
   * @returns why the table has to be read in full so that fingerprint store and sink hold the same again; `undefined` when they do
   */
  open(state: SyncState | undefined, call: CallOptions): Promise<'new' | 'lost' | 'removed' | undefined>
  /** The sink is to see every row of the next snapshot, whatever it is known to hold. */
  passAll(): void
  reset(event: ResetEvent): ResetView
  /** Takes changes up, and picks those that the sink gets to see. */
  select(changes: readonly Change<R>[], call: CallOptions): Promise<SelectedChanges<R>>
  /** Columns of these rows were written behind its back: what the sink holds of them is no longer what came last. */
  patched(ids: readonly string[], call: CallOptions): Promise<void>
  /** A snapshot ended. */
  complete(call: CallOptions): Promise<ResetView>
  /** Whether deletions are still to be told; see {@link deriveDeletions}. */
  isDeriving(): boolean
  /** Ids of rows that the last snapshot did not bring, in groups. */
  stale(call: CallOptions): AsyncIterable<readonly string[]>
  remove(ids: readonly string[], call: CallOptions): Promise<void>
  /** All deletions are told. */
  derived(): void
  /** Rows that the sink holds; `undefined` when nobody counts them. */
  rows(): number | undefined
  /** Makes durable what was taken up, and says what the state has to hold of it. */
  commit(call: CallOptions): Promise<FingerprintState>
  close(): Promise<void>
}

/** The filter of a sync without a fingerprint store. */
export function createOpenFilter<R extends object>(): ChangeFilter<R> {
  return {
    async open(state) {
      // The sink has not seen that a snapshot is under way, or not yet all of its deletions: only the fingerprint store could tell.
      const isHalfWay = state?.fingerprintPhase === 'comparing' || state?.fingerprintPhase === 'deriving'
      return isHalfWay ? 'removed' : undefined
    },
    passAll: () => {},
    reset: () => 'snapshot',
    async select(changes) {
      let deletions = 0
      for (const change of changes) if (change.kind === 'deleted') deletions += 1
      return { changes, deletions, unchanged: 0 }
    },
    patched: async () => {},
    complete: async () => 'snapshot',
    isDeriving: () => false,
    stale: nothing,
    remove: async () => {},
    derived: () => {},
    rows: () => undefined,
    commit: async () => ({}),
    close: async () => {},
  }
}

async function* nothing(): AsyncGenerator<readonly string[], void, undefined> {}
