import type { Checkpoint } from '@deltaverse/contract'

/** What a manifest tells of a checkpoint. */
export interface CheckpointMark {
  /** When the service issued it: ISO 8601, UTC. */
  readonly issuedAt: string
  readonly generation: number
  readonly phase: Checkpoint['phase']
}

export function markOf({ issuedAt, generation, phase }: Checkpoint): CheckpointMark {
  return { issuedAt, generation, phase }
}
