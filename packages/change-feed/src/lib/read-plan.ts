import { type Checkpoint, DataverseError, type ResetReason } from '@deltaverse/contract'
import { type CheckpointScope, findMismatch } from './checkpoint.js'

/** Where a read begins and what it is. */
export type ReadPlan = FullReadPlan | DeltaPlan

export interface FullReadPlan {
  readonly kind: 'full-read'
  readonly reason: ResetReason
  readonly generation: number
  /** The saved link of a read that was interrupted; absent when the read begins at the first page. */
  readonly resumeAt?: string
  readonly rowsRead: number
}

export interface DeltaPlan {
  readonly kind: 'delta'
  /** The checkpoint whose delta link is followed: what there is to fall back on. */
  readonly base: Checkpoint & { readonly deltaLink: string }
  /** Page to go on at, when the delta was interrupted between its pages. */
  readonly resumeAt?: string
}

export interface PlanOptions {
  readonly checkpoint: Checkpoint | undefined
  readonly restart: boolean
  readonly onMismatch: 'refuse' | 'reset'
  readonly onExpired: 'resync' | 'fail'
}

/**
 * Decides how a read begins.
 *
 * @throws DataverseError `checkpoint-mismatch`, `delta-token-expired` (when the options say to fail)
 */
export function planRead(options: PlanOptions, scope: CheckpointScope, nowMs: number): ReadPlan {
  const { checkpoint } = options
  if (checkpoint === undefined) return fullRead('initial', 1)
  const nextGeneration = checkpoint.generation + 1
  const mismatch = findMismatch(checkpoint, scope)
  if (mismatch !== undefined && options.onMismatch === 'refuse' && !options.restart) {
    throw new DataverseError(
      `the checkpoint does not belong to this feed: ${mismatch}. Keep one checkpoint for each, or set onMismatch to "reset" to read the table in full`,
      { code: 'checkpoint-mismatch' },
    )
  }
  if (options.restart) return fullRead('requested', nextGeneration)
  if (mismatch !== undefined) return fullRead('schema-changed', nextGeneration)
  return resume(checkpoint, options, nowMs)
}

function resume(checkpoint: Checkpoint, options: PlanOptions, nowMs: number): ReadPlan {
  const resumeAt = checkpoint.nextLink === undefined ? {} : { resumeAt: checkpoint.nextLink }
  if (checkpoint.phase === 'full-read') {
    const reason = checkpoint.resetReason ?? 'initial'
    const rowsRead = checkpoint.rowsRead ?? 0
    return { kind: 'full-read', reason, generation: checkpoint.generation, rowsRead, ...resumeAt }
  }
  // Some versions answer for a forgotten token with all rows and no word about it, so a token past its time is not followed.
  if (checkpoint.expiresAt !== undefined && Date.parse(checkpoint.expiresAt) <= nowMs) {
    return afterExpiry(checkpoint, options.onExpired)
  }
  return { kind: 'delta', base: checkpoint as DeltaPlan['base'], ...resumeAt }
}

function fullRead(reason: ResetReason, generation: number): FullReadPlan {
  return { kind: 'full-read', reason, generation, rowsRead: 0 }
}

/** What follows when the service has forgotten the token of a checkpoint. */
export function afterExpiry(checkpoint: Checkpoint, onExpired: 'resync' | 'fail', cause?: unknown): ReadPlan {
  if (onExpired === 'resync') return fullRead('token-expired', checkpoint.generation + 1)
  throw new DataverseError(
    `the delta token of ${checkpoint.entitySet}, issued ${checkpoint.issuedAt}, has expired. Read the table in full and remove what does not come: without the token, deletions are not reported`,
    { code: 'delta-token-expired', cause },
  )
}
