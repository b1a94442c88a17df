import { DataverseError, type ResetReason } from '@deltaverse/core'
import { formatCollectionPath } from '@deltaverse/protocol'
import type { ChangeShape } from './change.js'
import { type CopyPlan, copyPlan, type NewerPlan, resumeCopy } from './copy-plan.js'
import { areRenamed } from './labels/row-labels.js'
import {
  type CheckpointScope,
  columnsBeyond,
  findMismatch,
  type GapLink,
  hashSelect,
  type ReadPosition,
} from './read-position.js'

/** Where a part of a read begins and what it is. */
export type ReadPlan = SnapshotPlan | CatchUpPlan | DeltaPlan | CopyPlan | NewerPlan

export interface SnapshotPlan {
  readonly kind: 'snapshot'
  readonly reason: ResetReason
  readonly epoch: number
  /** The saved link of a read that was interrupted; absent when the read begins at the first page. */
  readonly resumeAt?: string
  readonly rowsRead: number
  /** Link that is older than the read; absent when it must be fetched first. */
  readonly gap?: GapLink
}

/** What changed under a snapshot, behind its last page. */
export interface CatchUpPlan {
  readonly kind: 'catch-up'
  /** Its `gap` is what is followed, its delta link is what the snapshot ended with. */
  readonly base: CatchUpBase
  /** Page to go on at, when it was interrupted between its pages. */
  readonly resumeAt?: string
}

export type CatchUpBase = ReadPosition & { readonly gap: GapLink; readonly deltaLink: string }

export interface DeltaPlan {
  readonly kind: 'incremental'
  /** The position whose delta link is followed: what there is to fall back on. */
  readonly base: DeltaBase
  /** Page to go on at, when the delta was interrupted between its pages. */
  readonly resumeAt?: string
  /** Link that is older than this pass over the delta and is saved behind it; absent in the first pass. */
  readonly gap?: GapLink
  /** Page to go on at in a first pass that has handed its first page on and hands on nothing more. */
  readonly guardAt?: string
}

type DeltaBase = ReadPosition & { readonly deltaLink: string }

export interface PlanOptions {
  readonly position: ReadPosition | undefined
  readonly restart: boolean | ResetReason
  readonly sameEnvironment?: boolean
  readonly onMismatch: 'refuse' | 'reset'
  readonly onExpired: 'resync' | 'fail'
  readonly gapGuard: boolean
  readonly mode: 'tracked' | 'full-copy' | 'modified-since'
  readonly copyEveryMs: number
  /** Columns that the position may lack: whoever reads fills them. */
  readonly addedColumns: readonly string[]
}

/**
 * Decides how a read begins.
 *
 * @throws DataverseError `checkpoint-mismatch`, `delta-token-expired` (when the options say to fail)
 */
export function planRead(options: PlanOptions, scope: CheckpointScope, nowMs: number): ReadPlan {
  const { mode } = options
  const position = options.sameEnvironment ? underItsNewName(options.position, scope) : options.position
  const fullPlan = mode === 'tracked' ? snapshotPlan : copyPlan
  if (position === undefined) return fullPlan('initial', 1)
  const nextEpoch = position.epoch + 1
  const mismatch = findMismatch(position, scope)
  const widened = mismatch === undefined || options.restart ? undefined : widen(options, position, scope)
  if (widened !== undefined) {
    return widened === 'snapshot' ? fullPlan('schema-changed', nextEpoch) : resume(widened, options, nowMs)
  }
  if (mismatch !== undefined && options.onMismatch === 'refuse' && !options.restart) {
    throw new DataverseError(
      `the checkpoint does not belong to this feed: ${mismatch}. Keep one checkpoint for each, or set onMismatch to "reset" to read the table in full`,
      { code: 'checkpoint-mismatch' },
    )
  }
  if (options.restart !== false) {
    return fullPlan(options.restart === true ? 'requested' : options.restart, nextEpoch)
  }
  if (mismatch !== undefined) {
    return fullPlan(position.source === scope.source ? 'schema-changed' : 'other-source', nextEpoch)
  }
  const { copy } = position
  if (copy !== undefined && mode !== 'tracked') {
    return resumeCopy({ ...position, copy }, { mode, copyEveryMs: options.copyEveryMs }, nowMs)
  }
  return resume(position, options, nowMs)
}

/** Of the same table under another host name. The links are paths, so they hold as they are. */
function underItsNewName(
  position: ReadPosition | undefined,
  { source, entitySet }: CheckpointScope,
): ReadPosition | undefined {
  return position?.source.endsWith(`/${entitySet}`) ? { ...position, source } : position
}

/**
 * A position made without some columns of the feed, made one with all of them: the same token, asked for more columns. From
 * the start of its delta, as the pages of a delta are bound to the columns that it was begun with.
 *
 * @returns `undefined` when the feed differs otherwise
 */
function widen(
  { addedColumns }: PlanOptions,
  position: ReadPosition,
  scope: CheckpointScope,
): ReadPosition | 'snapshot' | undefined {
  const beyond = columnsBeyond(position, scope)
  if (!beyond?.every((name) => addedColumns.includes(name))) return undefined
  const { nextLink: _, guardLink: __, gap: ___, ...rest } = position
  const { entitySet, select } = scope
  const link = position.phase === 'incremental' ? linkForColumns(position.deltaLink, scope) : undefined
  if (link === undefined) return 'snapshot'
  return {
    ...rest,
    select,
    selectHash: hashSelect(entitySet, select),
    deltaLink: link,
    isUnproven: true,
  }
}

/** A delta link for the columns of a feed; `undefined` when its token is not where tokens are. */
export function linkForColumns(
  link: string | undefined,
  { entitySet, select }: Pick<CheckpointScope, 'entitySet' | 'select'>,
): string | undefined {
  // As the service encoded it: whether it may be encoded in another way is not documented.
  const token = /[?&](\$deltatoken=[^&#]+)/i.exec(link ?? '')?.[1]
  if (token === undefined) return undefined
  return `${formatCollectionPath({ entitySet, select: select ?? undefined })}${select === null ? '?' : '&'}${token}`
}

function resume(position: ReadPosition, options: PlanOptions, nowMs: number): ReadPlan {
  if (position.phase === 'snapshot') return resumeSnapshot(position, nowMs)
  const { nextLink, guardLink, gap, ...rest } = position
  const resumeAt = nextLink === undefined ? {} : { resumeAt: nextLink }
  if (position.phase === 'catch-up') {
    return { kind: 'catch-up', base: { ...rest, gap } as CatchUpBase, ...resumeAt }
  }
  if (position.owesFullRead) return snapshotPlan('deletion-unclear', position.epoch + 1)
  // Some versions answer for a forgotten token with all rows and no word about it, so a token past its time is not followed.
  if (isPast(position.expiresAt, nowMs)) return afterExpiry(position, options.onExpired)
  const plan: DeltaPlan = { kind: 'incremental', base: rest as DeltaBase }
  if (gap !== undefined) return { ...plan, gap, ...resumeAt }
  if (!options.gapGuard) return { ...plan, ...resumeAt }
  return guardLink === undefined ? plan : { ...plan, guardAt: guardLink }
}

function resumeSnapshot(position: ReadPosition, nowMs: number): SnapshotPlan {
  const { gap, nextLink, epoch, rowsRead = 0, resetReason: reason = 'initial' } = position
  // What changed under the read is forgotten, so the rest of its pages would be of no use.
  if (isPast(gap?.expiresAt, nowMs)) return snapshotPlan(reason, epoch)
  return {
    ...snapshotPlan(reason, epoch, gap),
    rowsRead,
    ...(nextLink === undefined ? {} : { resumeAt: nextLink }),
  }
}

/**
 * The plan, or a full read where rows are no longer what they were when the position was made: told apart by another key, or with
 * other labels beside their values.
 */
export function withSameRows(
  plan: ReadPlan,
  { position, restart, mode }: PlanOptions,
  { partitionKey, labels }: Pick<ChangeShape, 'partitionKey' | 'labels'>,
): ReadPlan {
  if (position === undefined || restart) return plan
  const fullPlan = mode === 'tracked' ? snapshotPlan : copyPlan
  if (position.partitionKey !== partitionKey) return fullPlan('key-changed', position.epoch + 1)
  if (labels === undefined) return plan
  const isSame = !areRenamed(position.labels, labels) && (position.lookups ?? 'ids') === labels.lookups
  return isSame ? plan : fullPlan('labels-changed', position.epoch + 1)
}

/** A snapshot from its first page. */
export function snapshotPlan(reason: ResetReason, epoch: number, gap?: GapLink): SnapshotPlan {
  return { kind: 'snapshot', reason, epoch, rowsRead: 0, ...(gap === undefined ? {} : { gap }) }
}

/** Whether a token is known to be forgotten. */
export function isPast(expiresAt: string | undefined, nowMs: number): boolean {
  return expiresAt !== undefined && Date.parse(expiresAt) <= nowMs
}

/** What follows when the service has forgotten the token of a position. */
export function afterExpiry(position: ReadPosition, onExpired: 'resync' | 'fail', cause?: unknown): ReadPlan {
  if (onExpired === 'resync') return snapshotPlan('token-expired', position.epoch + 1)
  throw new DataverseError(
    `the delta token of ${position.source}, issued ${position.issuedAt}, has expired. Read the table in full and remove what does not come: without the token, deletions are not reported`,
    { code: 'delta-token-expired', cause },
  )
}
