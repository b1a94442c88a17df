import type { CheckpointEvent } from '@deltaverse/core'
import { parseDeltaToken } from '@deltaverse/protocol'
import type { RowLabels } from './labels/row-labels.js'
import type { ReadContext } from './read-context.js'
import { checkpointOf, hashSelect, type ReadPosition } from './read-position.js'

/** A delta link as the service gave it. */
export interface IssuedLink {
  readonly link: string
  readonly issuedAt: string
  /** When its token will be forgotten; absent where nobody knows. */
  readonly expiresAt?: string
}

const dayMs = 86_400_000

/** @param beganAtMs when the read began that the link came with: its token may be as old as that */
export function issuedLink(context: ReadContext, link: string, beganAtMs: number): IssuedLink {
  const days = context.tokenLifetimeDays
  const issuedAt = new Date(context.options.clock.now()).toISOString()
  if (days === undefined) return { link, issuedAt }
  return { link, issuedAt, expiresAt: new Date(beganAtMs + days * dayMs).toISOString() }
}

/** The delta link of a position. */
export function linkOf({
  deltaLink: link,
  issuedAt,
  expiresAt,
}: ReadPosition & { deltaLink: string }): IssuedLink {
  return { link, issuedAt, ...(expiresAt !== undefined && { expiresAt }) }
}

/** What a delta showed of itself. */
export interface CheckpointNotes {
  /** A deletion was told that nobody could carry out. */
  readonly owesFullRead?: true | undefined
  /** No row has shown yet that its token is good for the columns of the feed. */
  readonly isUnproven?: true | undefined
}

/**
 * A checkpoint that says which delta link to follow.
 *
 * @param notes what is to be remembered with it
 */
export function deltaCheckpoint(
  context: ReadContext,
  epoch: number,
  issued: IssuedLink,
  { owesFullRead, isUnproven }: CheckpointNotes = {},
): CheckpointEvent {
  const place = {
    phase: 'incremental',
    epoch,
    ...(owesFullRead && { owesFullRead }),
    ...(isUnproven && { isUnproven }),
  } as const
  return checkpointEvent(positionAt(context, place, issued))
}

type Place = Pick<ReadPosition, 'phase' | 'epoch'> & Partial<ReadPosition>

/** @param issued the delta link to keep, where there is one already */
export function positionAt(
  { scope, options, shape }: ReadContext,
  place: Place,
  issued?: IssuedLink,
): ReadPosition {
  const { source, entitySet, select } = scope
  return {
    source,
    select,
    ...(shape.partitionKey !== undefined && { partitionKey: shape.partitionKey }),
    ...labelMembers(shape.labels),
    selectHash: hashSelect(entitySet, select),
    ...place,
    issuedAt: new Date(options.clock.now()).toISOString(),
    ...(issued !== undefined && membersOf(issued)),
  }
}

function labelMembers(labels: RowLabels | undefined): Pick<ReadPosition, 'labels' | 'lookups'> {
  if (labels === undefined) return {}
  const { prints, lookups } = labels
  return { labels: prints, ...(lookups !== 'ids' && { lookups }) }
}

export function checkpointEvent(position: ReadPosition): CheckpointEvent {
  return { kind: 'checkpoint', checkpoint: checkpointOf(position) }
}

function membersOf({ link, issuedAt, expiresAt }: IssuedLink) {
  const deltaToken = parseDeltaToken(link)
  return {
    deltaLink: link,
    ...(deltaToken !== undefined && { deltaToken }),
    issuedAt,
    ...(expiresAt !== undefined && { expiresAt }),
  }
}
