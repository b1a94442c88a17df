import type { SyncEvent } from '@deltaverse/sync'
import { formatBytes, formatCount, plural } from '../program/format-quantity.js'

/** Sums up what goes on, for the one line that shows it. */
export interface Progress {
  note(notice: SyncEvent): void
  line(): string
}

export function createProgress(title: string, now: () => number): Progress {
  const beganAtMs = now()
  let rows = 0
  let pages = 0
  let bytes = 0
  return {
    note(notice) {
      if (notice.kind === 'changes') rows += notice.upserted + notice.deleted
      else if (notice.kind === 'page') {
        pages += 1
        bytes += notice.bytesReceived
      }
    },
    line() {
      const seconds = Math.max(0.001, (now() - beganAtMs) / 1000)
      return `${title}: ${plural(rows, 'row')}, ${formatCount(rows / seconds)} rows/s, ${plural(pages, 'page')}, ${formatBytes(bytes)}`
    },
  }
}
