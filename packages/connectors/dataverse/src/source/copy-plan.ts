import type { ResetReason } from '@deltaverse/core'
import type { CopyState, ReadPosition } from './read-position.js'

/** A read of every row without change tracking. */
export interface CopyPlan {
  readonly kind: 'copy'
  readonly reason: ResetReason
  readonly epoch: number
  readonly rowsRead: number
  /** Page to go on at and what is known of the copy under way; absent when it begins at the first page. */
  readonly resume?: { readonly at: string; readonly state: CopyState }
}

/** A read of the rows that changed last, by the time in them. */
export interface NewerPlan {
  readonly kind: 'newer'
  readonly epoch: number
  readonly state: CopyState & { readonly since: string }
  /** Page to go on at, and when the read under way began. */
  readonly resume?: { readonly at: string; readonly beganAt: string }
}

export interface CopyOptions {
  readonly mode: 'full-copy' | 'modified-since'
  readonly copyEveryMs: number
}

/** A copy from its first page. */
export function copyPlan(reason: ResetReason, epoch: number): CopyPlan {
  return { kind: 'copy', reason, epoch, rowsRead: 0 }
}

/** How a table that is copied is read from where the last read ended. */
export function resumeCopy(
  position: ReadPosition & { readonly copy: CopyState },
  { mode, copyEveryMs }: CopyOptions,
  nowMs: number,
): CopyPlan | NewerPlan {
  const { phase, epoch, nextLink, copy, rowsRead = 0, resetReason = 'initial' } = position
  if (phase === 'snapshot' && nextLink !== undefined) {
    return { kind: 'copy', reason: resetReason, epoch, rowsRead, resume: { at: nextLink, state: copy } }
  }
  const isOld = copyEveryMs > 0 && nowMs - Date.parse(copy.copiedAt) >= copyEveryMs
  const { since } = copy
  if (mode === 'full-copy' || since === undefined || isOld) return copyPlan('full-copy', epoch + 1)
  const { beganAt, ...state } = copy
  const resume = nextLink !== undefined && beganAt !== undefined ? { at: nextLink, beganAt } : undefined
  return { kind: 'newer', epoch, state: { ...state, since }, ...(resume && { resume }) }
}
