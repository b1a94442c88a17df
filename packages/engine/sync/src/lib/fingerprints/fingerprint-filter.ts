import type {
  CallOptions,
  Change,
  DeletedChange,
  Fingerprints,
  SyncState,
  UpsertedChange,
} from '@deltaverse/core'
import type { ChangeFilter, SelectedChanges } from './change-filter.js'

/**
 * The filter of a sync with a fingerprint store.
 *
 * It shows the fingerprint store a number of its own in place of the source's epoch: a snapshot that begins again has the same
 * epoch, and rows that its first beginning brought must not count as brought by the second.
 */
export function createFingerprintFilter<R extends object>(fingerprints: Fingerprints): ChangeFilter<R> {
  let snapshot = 0
  let phase: SyncState['fingerprintPhase']
  /** Whether the fingerprint store knows what the sink holds, or will at the end of the snapshot under way. */
  let knowsSink = false
  let mustPassAll = false

  async function openFingerprints(
    state: SyncState | undefined,
    call: CallOptions,
  ): Promise<'new' | 'lost' | undefined> {
    const known = await fingerprints.open(state?.fingerprintMark, call)
    if (state?.fingerprintMark === undefined) return 'new'
    return known ? undefined : 'lost'
  }

  async function passRows(
    rows: readonly UpsertedChange<R>[],
    call: CallOptions,
  ): Promise<readonly UpsertedChange<R>[]> {
    const verdicts = await fingerprints.record(rows, snapshot, call)
    // Outside a resync a row that comes as it was is a rare repetition; sinks bear those.
    return phase === 'comparing' ? rows.filter((_, index) => verdicts[index] !== 'unchanged') : rows
  }

  async function passDeletions(
    deletions: readonly DeletedChange[],
    call: CallOptions,
  ): Promise<{ readonly changes: readonly DeletedChange[]; readonly known: number }> {
    const ids = deletions.map(({ id }) => id)
    const known = await fingerprints.remove(ids, call)
    const changes = phase === 'comparing' ? deletions.filter((_, index) => known[index]) : deletions
    return { changes, known: known.filter(Boolean).length }
  }

  return {
    async open(state, call) {
      const why = await openFingerprints(state, call)
      knowsSink = why === undefined && state?.fingerprintPhase !== 'filling'
      phase = why === undefined ? state?.fingerprintPhase : undefined
      snapshot = state?.fingerprintPass ?? 0
      return why
    },
    passAll() {
      mustPassAll = true
    },
    reset() {
      snapshot += 1
      if (mustPassAll) knowsSink = false
      phase = knowsSink ? 'comparing' : 'filling'
      return knowsSink ? 'differences' : 'snapshot'
    },
    async select(changes, call): Promise<SelectedChanges<R>> {
      const passed: Change<R>[] = []
      let deletions = 0
      let unchanged = 0
      for (const run of runsOfOneKind(changes)) {
        if (run.kind === 'upserted') {
          const rows = await passRows(run.changes, call)
          unchanged += run.changes.length - rows.length
          for (const row of rows) passed.push(row)
        } else {
          const gone = await passDeletions(run.changes, call)
          deletions += gone.known
          for (const deletion of gone.changes) passed.push(deletion)
        }
      }
      return { changes: passed, deletions, unchanged }
    },
    async patched(ids, call) {
      // No row looks like this, so the next snapshot passes each of them.
      const rows = ids.map((id) => ({ id, bytes: nothing }))
      await fingerprints.record(rows, snapshot, call)
    },
    async complete(call) {
      if (phase === 'comparing') {
        phase = 'deriving'
        return 'differences'
      }
      // What an earlier beginning of this read brought and this one did not: the sink drops it by itself.
      for await (const ids of fingerprints.stale(snapshot, call)) await fingerprints.remove(ids, call)
      knowsSink = true
      mustPassAll = false
      phase = undefined
      return 'snapshot'
    },
    isDeriving: () => phase === 'deriving',
    stale: (call) => fingerprints.stale(snapshot, call),
    async remove(ids, call) {
      await fingerprints.remove(ids, call)
    },
    derived() {
      phase = undefined
    },
    rows: () => (knowsSink ? fingerprints.count() : undefined),
    async commit(call) {
      const fingerprintMark = await fingerprints.commit(call)
      return {
        fingerprintMark,
        fingerprintPass: snapshot,
        ...(phase !== undefined && { fingerprintPhase: phase }),
      }
    },
    close: () => fingerprints.close(),
  }
}

const nothing = new Uint8Array()

type Run<R extends object> =
  | { readonly kind: 'upserted'; readonly changes: UpsertedChange<R>[] }
  | { readonly kind: 'deleted'; readonly changes: DeletedChange[] }

/** The same changes, in order, in as few groups of one kind as there are. */
function runsOfOneKind<R extends object>(changes: readonly Change<R>[]): readonly Run<R>[] {
  const runs: Run<R>[] = []
  for (const change of changes) {
    const last = runs.at(-1)
    if (change.kind === 'upserted') {
      if (last?.kind === 'upserted') last.changes.push(change)
      else runs.push({ kind: 'upserted', changes: [change] })
    } else if (last?.kind === 'deleted') last.changes.push(change)
    else runs.push({ kind: 'deleted', changes: [change] })
  }
  return runs
}
