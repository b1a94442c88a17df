import type { LogSettings } from '../table-files.js'
import type { LogFile } from './log-manifest.js'

/** How many rows still fit into a file; 0 when the next row belongs into another one. */
export function roomLeft(
  { bytes, rows, daily }: LogSettings['rotate'],
  file: Pick<LogFile, 'begunAt' | 'upserted' | 'deleted' | 'patched' | 'closed'> | undefined,
  written: number,
  now: number,
): number {
  if (file === undefined || file.closed) return rows
  if (written >= bytes || (daily && dayOf(now) !== file.begunAt.slice(0, 10))) return 0
  return Math.max(0, rows - file.upserted - file.deleted - (file.patched ?? 0))
}

function dayOf(now: number): string {
  return new Date(now).toISOString().slice(0, 10)
}
