import type { Clock, RowCount, Source } from '@deltaverse/core'
import type { SyncEvent } from '../sync-event.js'
import { linkedAbort } from './linked-abort.js'
import type { SyncProgress } from './progress.js'
import { askCount } from './row-count.js'

export interface ProgressOptions {
  readonly source: Pick<Source<object>, 'count'>
  readonly intervalMs: number
  readonly clock: Clock
  readonly onProgress: (progress: SyncProgress) => void
  readonly signal: AbortSignal | undefined
}

/** Sums up the events of a sync, and says now and then how far it is. */
export interface ProgressMeter {
  note(event: SyncEvent): void
  /** Ends what is still being asked. */
  stop(): void
}

export function createProgressMeter(options: ProgressOptions): ProgressMeter {
  const { source, intervalMs, clock, onProgress } = options
  const asking = linkedAbort(options.signal)
  let expected: RowCount | undefined
  let counts = zeros('incremental', clock.now())
  let toldAtMs = counts.beganAtMs

  function begin(read: SyncProgress['read'], rowsBefore = 0): void {
    counts = { ...zeros(read, clock.now()), rowsBefore }
    expected = undefined
    if (read === 'incremental') return
    const asked = counts
    // Nobody waits for it: the read goes on meanwhile.
    askCount(source, { signal: asking.signal }).then(
      (count) => {
        if (asked === counts) expected = count
      },
      () => {},
    )
  }

  function tell(): void {
    toldAtMs = clock.now()
    onProgress(describe(counts, expected, toldAtMs))
  }

  return {
    note(event) {
      if (event.kind === 'reset') begin('snapshot')
      else if (event.kind === 'resumed') {
        const { phase, rowsRead } = event.checkpoint
        begin(phase === 'incremental' ? 'incremental' : 'snapshot', rowsRead)
      } else if (event.kind === 'waiting') begin('incremental')
      else if (event.kind === 'complete') tell()
      else if (event.kind === 'changes') {
        counts.upserted += event.upserted + event.unchanged
        counts.deleted += event.deleted
        counts.bytes += event.bytes
        if (clock.now() - toldAtMs >= intervalMs) tell()
      }
    },
    stop() {
      asking.abort(undefined)
      asking.unlink()
    },
  }
}

interface Counts {
  readonly read: SyncProgress['read']
  readonly beganAtMs: number
  readonly rowsBefore: number
  upserted: number
  deleted: number
  bytes: number
}

function zeros(read: SyncProgress['read'], beganAtMs: number): Counts {
  return { read, beganAtMs, rowsBefore: 0, upserted: 0, deleted: 0, bytes: 0 }
}

function describe(counts: Counts, expected: RowCount | undefined, nowMs: number): SyncProgress {
  const { read, beganAtMs, rowsBefore, upserted, deleted, bytes } = counts
  const rows = rowsBefore + upserted
  const elapsedMs = nowMs - beganAtMs
  const rowsPerSecond = elapsedMs <= 0 ? 0 : ((upserted + deleted) * 1_000) / elapsedMs
  const progress = { read, rows, deletions: deleted, bytes, elapsedMs, rowsPerSecond }
  if (expected === undefined) return progress
  if (expected.certainty === 'at-least') return { ...progress, expected }
  const left = Math.max(0, expected.rows - rows)
  const share = expected.rows === 0 ? 1 : Math.min(1, rows / expected.rows)
  const remainingMs = left === 0 ? 0 : (left * 1_000) / rowsPerSecond
  return { ...progress, expected, share, ...(Number.isFinite(remainingMs) && { remainingMs }) }
}
