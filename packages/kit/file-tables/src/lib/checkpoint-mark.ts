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
