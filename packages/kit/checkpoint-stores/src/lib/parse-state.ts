import type { SyncState } from '@deltaverse/core'
import { parseCheckpoint } from '@deltaverse/dataverse'

/** Checks what a state is made of; the position is the sink's own business. @throws Error that names the place */
export function parseState(value: unknown): SyncState {
  if (typeof value !== 'object' || value === null) throw new TypeError('"state" must be an object')
  const state = value as Partial<Record<keyof SyncState, unknown>>
  if (state.version !== 1) {
    throw new TypeError(
      `"state.version" is ${JSON.stringify(state.version)}, and this release reads version 1`,
    )
  }
  if (!('position' in state)) throw new TypeError('"state.position" is missing')
  for (const key of ['fingerprintMark', 'environmentId'] as const) {
    if (state[key] !== undefined && typeof state[key] !== 'string') {
      throw new TypeError(`"state.${key}" must be text`)
    }
  }
  for (const key of ['rows', 'deletions'] as const) {
    if (state[key] !== undefined && !Number.isSafeInteger(state[key])) {
      throw new TypeError(`"state.${key}" must be a whole number`)
    }
  }
  parseCheckpoint(state.checkpoint)
  return value as SyncState
}
