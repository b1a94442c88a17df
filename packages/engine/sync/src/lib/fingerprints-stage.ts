import type {
  CallOptions,
  Change,
  DeletedChange,
  Fingerprints,
  Row,
  SyncState,
  UpsertedChange,
} from '@deltaverse/core'
import type { FingerprintStage, PassedChanges } from './fingerprint-stage.js'

/**
 * The stage of a sync with a fingerprint store.
 *
 * It shows the fingerprint store a number of its own in place of the source's epoch: a full read that begins again has the same
 * epoch, and rows that its first beginning brought must not count as brought by the second.
 */
export function createFingerprintsStage<R extends Row>(fingerprints: Fingerprints): FingerprintStage<R> {
  let pass = 0
  let phase: SyncState['fingerprintPhase']
  /** Whether the fingerprint store knows what the sink holds, or will at the end of the full read under way. */
  let mirrors = false

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
    const verdicts = await fingerprints.record(rows, pass, call)
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
      mirrors = why === undefined && state?.fingerprintPhase !== 'filling'
      phase = why === undefined ? state?.fingerprintPhase : undefined
      pass = state?.fingerprintPass ?? 0
      return why
    },
    reset() {
      pass += 1
      phase = mirrors ? 'comparing' : 'filling'
      return mirrors ? 'delta' : 'full-read'
    },
    async pass(changes, call): Promise<PassedChanges<R>> {
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
    async complete(call) {
      if (phase === 'comparing') {
        phase = 'deriving'
        return 'delta'
      }
      // What an earlier beginning of this read brought and this one did not: the sink drops it by itself.
      for await (const ids of fingerprints.stale(pass, call)) await fingerprints.remove(ids, call)
      mirrors = true
      phase = undefined
      return 'full-read'
    },
    isDeriving: () => phase === 'deriving',
    stale: (call) => fingerprints.stale(pass, call),
    async remove(ids, call) {
      await fingerprints.remove(ids, call)
    },
    derived() {
      phase = undefined
    },
    rows: () => (mirrors ? fingerprints.count() : undefined),
    async commit(call) {
      const fingerprintMark = await fingerprints.commit(call)
      return {
        fingerprintMark,
        fingerprintPass: pass,
        ...(phase !== undefined && { fingerprintPhase: phase }),
      }
    },
    close: () => fingerprints.close(),
  }
}

type Run<R extends Row> =
  | { readonly kind: 'upserted'; readonly changes: UpsertedChange<R>[] }
  | { readonly kind: 'deleted'; readonly changes: DeletedChange[] }

/** The same changes, in order, in as few groups of one kind as there are. */
function runsOfOneKind<R extends Row>(changes: readonly Change<R>[]): readonly Run<R>[] {
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
