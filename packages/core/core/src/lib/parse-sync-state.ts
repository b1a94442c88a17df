import { parseCheckpoint } from './checkpoint.js'
import { DataverseError } from './errors.js'
import type { SyncState } from './sync-state.js'

const phases = ['filling', 'comparing', 'deriving']

/**
 * Reads a state that comes from outside (a file, a database). The position is left to its sink, the cursor to its source.
 *
 * @throws DataverseError `checkpoint-invalid` naming the member that is missing or wrong
 */
export function parseSyncState(value: unknown): SyncState {
  if (typeof value !== 'object' || value === null) return refuse('"state" must be an object')
  const state = value as Partial<Record<keyof SyncState, unknown>>
  if (state.version !== 1) {
    refuse(
      `"state.version" is ${JSON.stringify(state.version)}, and this release reads version 1. Use the release that saved it; or remove the state and let the table be read in full`,
    )
  }
  if (!('position' in state)) refuse('"state.position" is missing')
  for (const name of ['fingerprintMark', 'environmentId'] as const) {
    if (state[name] !== undefined && typeof state[name] !== 'string') refuse(`"state.${name}" must be text`)
  }
  for (const name of ['rows', 'deletions', 'fingerprintPass'] as const) {
    if (state[name] !== undefined && !Number.isSafeInteger(state[name])) {
      refuse(`"state.${name}" must be a whole number`)
    }
  }
  if (state.fingerprintPhase !== undefined && !phases.includes(state.fingerprintPhase as string)) {
    refuse(`"state.fingerprintPhase" must be one of ${phases.join(', ')}`)
  }
  if (state.columns !== undefined && !isTextList(state.columns))
    refuse('"state.columns" must be a list of names')
  if (state.backfills !== undefined && !isBackfillList(state.backfills)) {
    refuse('"state.backfills" must be a list of objects with "columns", lists of names')
  }
  parseCheckpoint(state.checkpoint)
  return value as SyncState
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

function isBackfillList(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => isTextList(Object(item).columns))
}

function refuse(why: string): never {
  throw new DataverseError(`the state cannot be read: ${why}`, { code: 'checkpoint-invalid' })
}
