import type { Checkpoint } from '@deltaverse/core'

/** What a manifest tells of a checkpoint. */
export interface CheckpointMark {
  /** When the service issued it: ISO 8601, UTC. */
  readonly issuedAt: string
  readonly epoch: number
  readonly phase: Checkpoint['phase']
}

export function markOf({ issuedAt, epoch, phase }: Checkpoint): CheckpointMark {
  return { issuedAt, epoch, phase }
}

/** Whether nothing of a read is left to be asked for. A delta of several pages is read twice, so a page without a next one may not be its end. */
export function isEndOfRead({ phase, nextLink, guardLink, gap }: Checkpoint): boolean {
  return phase === 'delta' && nextLink === undefined && guardLink === undefined && gap === undefined
}
