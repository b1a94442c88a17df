import type { Checkpoint } from '@deltaverse/core'
import type { SyncEvent } from '@deltaverse/sync'
import { describeError } from '../program/describe-error.js'
import type { PullEvent } from './run-event.js'

/** A page that breaks off is asked for five times more. */
export const pageAttempts = 6

/**
 * An event of a sync as plain data, without what a checkpoint holds of tokens.
 *
 * @param attempts how often a page is asked for at most
 */
export function toPullEvent(table: string, event: SyncEvent, attempts: number = pageAttempts): PullEvent {
  switch (event.kind) {
    case 'waiting-for-lease':
      return { kind: event.kind, table, error: describeError(event.error) }
    case 'resumed':
    case 'committed':
      return { kind: event.kind, table, ...tokenOf(event.checkpoint) }
    case 'other-environment':
      return { kind: event.kind, table }
    case 'retry':
      return {
        kind: 'page-retry',
        table,
        attempt: event.attempt + 1,
        of: attempts,
        delayMs: event.delayMs,
        error: describeError(event.error),
      }
    case 'expiring':
      return {
        kind: event.kind,
        table,
        expiresAt: event.expiresAt.toISOString(),
        remainingMs: event.remainingMs,
      }
    case 'failed-poll':
      return { ...event, table, error: describeError(event.error) }
    default:
      return { ...event, table }
  }
}

function tokenOf({ phase, epoch, issuedAt, expiresAt }: Checkpoint) {
  return { phase, epoch, issuedAt, ...(expiresAt !== undefined && { expiresAt }) }
}
