import { mismatch } from '../mismatch.js'
import type { LogFile, LogRead } from './log-manifest.js'

/** How far a log is. */
export interface LogPosition {
  /** Version of this format. */
  readonly format: 1
  readonly mode: 'log'
  /** See `Fence`; absent for 0. */
  readonly fence?: number
  /** How many reads had been begun, those that no longer count included. */
  readonly reads: number
  /** The read that changes are appended to; absent as long as nothing came. */
  readonly read?: Omit<LogRead, 'files'> & {
    /** Its last file as it was then; absent while it had none. */
    readonly file?: Omit<LogFile, 'sha256' | 'columns'>
  }
}

/** @throws DataverseError `sink-mismatch` when it is no position of a log */
export function requireLogPosition(position: unknown): LogPosition {
  const { format, mode, reads } = (position ?? {}) as Partial<Record<keyof LogPosition, unknown>>
  if (format === 1 && mode === 'log' && Number.isSafeInteger(reads)) return position as LogPosition
  if (mode === 'mirror') {
    throw mismatch('the saved position is of a mirror, and this sink is a log')
  }
  throw mismatch('the saved position is not one of a log of this release')
}
