import { DataverseError } from './errors.js'
import type { JsonValue } from './json-value.js'

/**
 * Where a source stands, as plain JSON. Save it as it is. Everybody may read what is listed here; the cursor is read by the
 * source that made it and by nobody else. Holds no secret.
 */
export interface Checkpoint {
  /** Version of this format. */
  readonly version: 2
  /** Which table of which environment, in the words of the source: a checkpoint of another one is never followed. */
  readonly source: string
  /** Number of the snapshot that it belongs to: 1 for the first, one more for each that follows. */
  readonly epoch: number
  /** `snapshot`: every row of the table is being read; `incremental`: behind that, what changed since. */
  readonly phase: 'snapshot' | 'incremental'
  /** Behind it the source has nothing more to tell for now: a sink may show what it holds as a consistent state. */
  readonly isBoundary: boolean
  /** How the source finds its way back. */
  readonly cursor: JsonValue
  /** When the source gave it: ISO 8601, UTC. */
  readonly issuedAt: string
  /** When the source will have forgotten it, where it tells: ISO 8601, UTC. */
  readonly expiresAt?: string
  /** Rows of the snapshot under way that lie before it; absent outside a snapshot. */
  readonly rowsRead?: number
}

/**
 * Reads a checkpoint that comes from outside (a file, a database). The cursor is left to its source.
 *
 * @throws DataverseError `checkpoint-invalid` naming the member that is missing or wrong
 */
export function parseCheckpoint(value: unknown): Checkpoint {
  if (typeof value !== 'object' || value === null) {
    return refuse(`a checkpoint is an object, not ${value === null ? 'null' : typeof value}`)
  }
  const checkpoint = value as Partial<Record<keyof Checkpoint, unknown>>
  const { version, source, epoch, phase, isBoundary, cursor, issuedAt, expiresAt, rowsRead } = checkpoint
  if (version !== 2) {
    refuse(
      `"version" is ${JSON.stringify(version)}, and this release reads version 2. Use the release that saved it; or remove it and let the table be read from the start`,
    )
  }
  if (typeof source !== 'string' || source === '') refuse('"source" must be text')
  if (!isCount(epoch, 1)) refuse('"epoch" must be a whole number of at least 1')
  if (phase !== 'snapshot' && phase !== 'incremental') refuse('"phase" must be snapshot or incremental')
  if (typeof isBoundary !== 'boolean') refuse('"isBoundary" must be true or false')
  if (isBoundary && phase === 'snapshot') refuse('"isBoundary" is true within a snapshot')
  if (cursor === undefined) refuse('"cursor" is missing')
  if (!isDate(issuedAt)) refuse('"issuedAt" must be a date in ISO 8601')
  if (expiresAt !== undefined && !isDate(expiresAt)) refuse('"expiresAt" must be a date in ISO 8601')
  if (rowsRead !== undefined && !isCount(rowsRead, 0)) {
    refuse('"rowsRead" must be a whole number of at least 0')
  }
  return value as Checkpoint
}

function isDate(value: unknown): boolean {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value))
}

function isCount(value: unknown, least: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= least
}

function refuse(why: string): never {
  throw new DataverseError(`the checkpoint cannot be read: ${why}`, { code: 'checkpoint-invalid' })
}
