import type { Checkpoint, CheckpointEvent } from '@deltaverse/core'
import { parseDeltaToken } from '@deltaverse/protocol'
import { hashSelect } from './checkpoint.js'
import type { ReadContext } from './read-context.js'

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

/** The delta link of a checkpoint. */
export function linkOf({
  deltaLink: link,
  issuedAt,
  expiresAt,
}: Checkpoint & { deltaLink: string }): IssuedLink {
  return { link, issuedAt, ...(expiresAt !== undefined && { expiresAt }) }
}

/** A checkpoint that says which delta link to follow. */
export function deltaCheckpoint(context: ReadContext, epoch: number, issued: IssuedLink): CheckpointEvent {
  return checkpointEvent(context, { phase: 'delta', epoch }, issued)
}

type Position = Pick<Checkpoint, 'phase' | 'epoch'> & Partial<Checkpoint>

/** @param issued the delta link to keep, where there is one already */
export function checkpointEvent(
  context: ReadContext,
  position: Position,
  issued?: IssuedLink,
): CheckpointEvent {
  const { scope, options } = context
  const { entitySet, select, environment } = scope
  const issuedAt = new Date(options.clock.now()).toISOString()
  const checkpoint: Checkpoint = {
    version: 1,
    environment,
    entitySet,
    select,
    selectHash: hashSelect(entitySet, select),
    ...position,
    issuedAt,
    ...(issued !== undefined && membersOf(issued)),
  }
  return { kind: 'checkpoint', checkpoint }
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
