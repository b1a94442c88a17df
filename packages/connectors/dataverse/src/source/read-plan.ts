import { type Checkpoint, DataverseError, type GapLink, type ResetReason } from '@deltaverse/core'
import { type CheckpointScope, findMismatch } from './checkpoint.js'

/** Where a part of a read begins and what it is. */
export type ReadPlan = FullReadPlan | CatchUpPlan | DeltaPlan

export interface FullReadPlan {
  readonly kind: 'full-read'
  readonly reason: ResetReason
  readonly epoch: number
  /** The saved link of a read that was interrupted; absent when the read begins at the first page. */
  readonly resumeAt?: string
  readonly rowsRead: number
  /** Link that is older than the read; absent when it must be fetched first. */
  readonly gap?: GapLink
}

/** What changed under a full read, behind its last page. */
export interface CatchUpPlan {
  readonly kind: 'catch-up'
  /** Its `gap` is what is followed, its delta link is what the full read ended with. */
  readonly base: CatchUpBase
  /** Page to go on at, when it was interrupted between its pages. */
  readonly resumeAt?: string
}

export type CatchUpBase = Checkpoint & { readonly gap: GapLink; readonly deltaLink: string }

export interface DeltaPlan {
  readonly kind: 'delta'
  /** The checkpoint whose delta link is followed: what there is to fall back on. */
  readonly base: DeltaBase
  /** Page to go on at, when the delta was interrupted between its pages. */
  readonly resumeAt?: string
  /** Link that is older than this pass over the delta and is saved behind it; absent in the first pass. */
  readonly gap?: GapLink
  /** Page to go on at in a first pass that has handed its first page on and hands on nothing more. */
  readonly guardAt?: string
}

type DeltaBase = Checkpoint & { readonly deltaLink: string }

export interface PlanOptions {
  readonly checkpoint: Checkpoint | undefined
  readonly restart: boolean
  readonly onMismatch: 'refuse' | 'reset'
  readonly onExpired: 'resync' | 'fail'
  readonly gapGuard: boolean
}

/**
 * Decides how a read begins.
 *
 * @throws DataverseError `checkpoint-mismatch`, `delta-token-expired` (when the options say to fail)
 */
export function planRead(options: PlanOptions, scope: CheckpointScope, nowMs: number): ReadPlan {
  const { checkpoint } = options
  if (checkpoint === undefined) return fullRead('initial', 1)
  const nextEpoch = checkpoint.epoch + 1
  const mismatch = findMismatch(checkpoint, scope)
  if (mismatch !== undefined && options.onMismatch === 'refuse' && !options.restart) {
    throw new DataverseError(
      `the checkpoint does not belong to this feed: ${mismatch}. Keep one checkpoint for each, or set onMismatch to "reset" to read the table in full`,
      { code: 'checkpoint-mismatch' },
    )
  }
  if (options.restart) return fullRead('requested', nextEpoch)
  if (mismatch !== undefined) return fullRead('schema-changed', nextEpoch)
  return resume(checkpoint, options, nowMs)
}

function resume(checkpoint: Checkpoint, options: PlanOptions, nowMs: number): ReadPlan {
  if (checkpoint.phase === 'full-read') return resumeFullRead(checkpoint, nowMs)
  const { nextLink, guardLink, gap, ...rest } = checkpoint
  const resumeAt = nextLink === undefined ? {} : { resumeAt: nextLink }
  if (checkpoint.phase === 'catch-up') {
    return { kind: 'catch-up', base: { ...rest, gap } as CatchUpBase, ...resumeAt }
  }
  // Some versions answer for a forgotten token with all rows and no word about it, so a token past its time is not followed.
  if (isPast(checkpoint.expiresAt, nowMs)) return afterExpiry(checkpoint, options.onExpired)
  const plan: DeltaPlan = { kind: 'delta', base: rest as DeltaBase }
  if (gap !== undefined) return { ...plan, gap, ...resumeAt }
  if (!options.gapGuard) return { ...plan, ...resumeAt }
  return guardLink === undefined ? plan : { ...plan, guardAt: guardLink }
}

function resumeFullRead(checkpoint: Checkpoint, nowMs: number): FullReadPlan {
  const { gap, nextLink, epoch, rowsRead = 0, resetReason: reason = 'initial' } = checkpoint
  // What changed under the read is forgotten, so the rest of its pages would be of no use.
  if (isPast(gap?.expiresAt, nowMs)) return fullRead(reason, epoch)
  return {
    ...fullRead(reason, epoch, gap),
    rowsRead,
    ...(nextLink === undefined ? {} : { resumeAt: nextLink }),
  }
}

/** A full read from its first page. */
export function fullRead(reason: ResetReason, epoch: number, gap?: GapLink): FullReadPlan {
  return { kind: 'full-read', reason, epoch, rowsRead: 0, ...(gap === undefined ? {} : { gap }) }
}

/** Whether a token is known to be forgotten. */
export function isPast(expiresAt: string | undefined, nowMs: number): boolean {
  return expiresAt !== undefined && Date.parse(expiresAt) <= nowMs
}

/** What follows when the service has forgotten the token of a checkpoint. */
export function afterExpiry(checkpoint: Checkpoint, onExpired: 'resync' | 'fail', cause?: unknown): ReadPlan {
  if (onExpired === 'resync') return fullRead('token-expired', checkpoint.epoch + 1)
  throw new DataverseError(
    `the delta token of ${checkpoint.entitySet}, issued ${checkpoint.issuedAt}, has expired. Read the table in full and remove what does not come: without the token, deletions are not reported`,
    { code: 'delta-token-expired', cause },
  )
}
