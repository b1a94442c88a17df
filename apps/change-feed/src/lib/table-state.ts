import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { parseCheckpoint } from '@deltaverse/change-feed'
import { type Checkpoint, DataverseError } from '@deltaverse/contract'
import { codeOf, toFileError } from './file-error.js'
import { writeFileDurably } from './write-file-durably.js'

/** How far a table has come: the feed's checkpoint and the place in the file that belongs to it, saved together. */
export interface TableState {
  /** Version of this format. */
  readonly version: 1
  /** Name of the NDJSON file, in the folder of the state file. */
  readonly file: string
  /** What the file holds for certain; bytes behind it were never promised. */
  readonly committedBytes: number
  /** Where the feed goes on; absent until the first page of the first full read is committed. */
  readonly checkpoint?: Checkpoint
  /** File of a full read that has begun and committed nothing yet: it may be begun again. */
  readonly begun?: string
  /** The full read that the checkpoint belongs to was begun again, so that its rows are no longer in the file. */
  readonly rereading?: true
  /** Which environment the checkpoint is of, where its host name does not tell. */
  readonly environmentId?: string
}

/**
 * Reads a state file; `undefined` when there is none.
 *
 * @throws DataverseError `checkpoint-invalid` that names the file and says what to do; FileError
 */
export async function readTableState(path: string): Promise<TableState | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw toFileError(error, 'read', path)
  }
  try {
    return parseTableState(JSON.parse(text))
  } catch (error) {
    throw new DataverseError(
      `${path} cannot be used: ${(error as Error).message}. Put back a good copy; or remove it, and the table is read in full again (its data file is then set aside, not overwritten)`,
      { code: 'checkpoint-invalid', cause: error },
    )
  }
}

/** Saves a state file in one durable step. @throws FileError */
export async function writeTableState(path: string, state: TableState): Promise<void> {
  await writeFileDurably(path, `${JSON.stringify(state, undefined, 2)}\n`)
}

function parseTableState(value: unknown): TableState {
  if (typeof value !== 'object' || value === null) throw new TypeError('it holds no JSON object')
  const state = value as Partial<Record<keyof TableState, unknown>>
  if (state.version !== 1) {
    throw new TypeError(`"version" is ${JSON.stringify(state.version)}, and this release reads version 1`)
  }
  if (!isFileName(state.file)) throw new TypeError('"file" must be a file name without a folder')
  if (state.begun !== undefined && !isFileName(state.begun)) {
    throw new TypeError('"begun" must be a file name without a folder')
  }
  if (!Number.isSafeInteger(state.committedBytes) || (state.committedBytes as number) < 0) {
    throw new TypeError('"committedBytes" must be a whole number of at least 0')
  }
  if (state.environmentId !== undefined && typeof state.environmentId !== 'string') {
    throw new TypeError('"environmentId" must be text')
  }
  if (state.checkpoint !== undefined) parseCheckpoint(state.checkpoint)
  else if (state.committedBytes !== 0) throw new TypeError('"checkpoint" is missing')
  return value as TableState
}

function isFileName(value: unknown): value is string {
  return (
    typeof value === 'string' && value !== '' && value !== '.' && value !== '..' && basename(value) === value
  )
}
