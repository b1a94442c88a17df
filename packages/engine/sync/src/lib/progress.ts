import type { Clock } from '@deltaverse/core'
import type { RowCount } from '@deltaverse/dataverse'
import { linkedAbort } from './linked-abort.js'
import type { SyncNotice } from './notice.js'
import type { SyncFeed } from './options.js'
import { askCount } from './row-count.js'

/** How far a read is. */
export interface SyncProgress {
  readonly read: 'full-read' | 'delta'
  /** Rows that this read has brought so far; of a full read also those before a resume. */
  readonly rows: number
  readonly deletions: number
  /** Bytes of rows, in this run. */
  readonly bytes: number
  readonly elapsedMs: number
  /** Rows and deletions, in this run. */
  readonly rowsPerSecond: number
  /** How many rows a full read will bring, as far as the service tells; absent until it has answered. */
  readonly expected?: RowCount
  /** From 0 to 1; absent where it is not known how many rows there are. */
  readonly share?: number
  /** Time left at this rate; absent where that is not known. */
  readonly remainingMs?: number
}

export interface ProgressOptions {
  readonly feed: SyncFeed
  readonly intervalMs: number
  readonly clock: Clock
  readonly onProgress: (progress: SyncProgress) => void
  readonly signal: AbortSignal | undefined
}

/** Sums up the notices of a sync, and says now and then how far it is. */
export interface ProgressMeter {
  note(notice: SyncNotice): void
  /** Ends what is still being asked. */
  stop(): void
}

export function createProgressMeter(options: ProgressOptions): ProgressMeter {
  const { feed, intervalMs, clock, onProgress } = options
  const asking = linkedAbort(options.signal)
  let expected: RowCount | undefined
  let counts = zeros('delta', clock.now())
  let toldAtMs = counts.beganAtMs

  function begin(read: SyncProgress['read'], rowsBefore = 0): void {
    counts = { ...zeros(read, clock.now()), rowsBefore }
    expected = undefined
    if (read === 'delta') return
    const asked = counts
    // Nobody waits for it: the read goes on meanwhile.
    askCount(feed, { signal: asking.signal }).then(
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
    note(notice) {
      if (notice.kind === 'reset') begin('full-read')
      else if (notice.kind === 'resumed') {
        const { phase, rowsRead } = notice.checkpoint
        begin(phase === 'delta' ? 'delta' : 'full-read', rowsRead)
      } else if (notice.kind === 'waiting') begin('delta')
      else if (notice.kind === 'complete') tell()
      else if (notice.kind === 'changes') {
        counts.upserted += notice.upserted
        counts.deleted += notice.deleted
        counts.bytes += notice.bytes
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
