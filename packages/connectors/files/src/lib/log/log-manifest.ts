import type { ResetReason } from '@deltaverse/core'
import { attempt, type Files, ifThere, replaceFile } from '@deltaverse/durable-files'
import type { CheckpointMark } from '../checkpoint-mark.js'
import { mismatch } from '../sink-mismatch.js'

/** A file of a log, as its manifest tells of it. */
export interface LogFile {
  /** Name in the folder of the manifest: `products.000001.ndjson`. */
  readonly file: string
  /** When it was begun: ISO 8601, UTC. */
  readonly begunAt: string
  readonly upserted: number
  readonly deleted: number
  /** Committed bytes; the file may be longer while it is written to. */
  readonly bytes: number
  /** SHA-256 of these bytes, in hex. */
  readonly sha256: string
  /** The first checkpoint that was reached in this file; absent while none was. */
  readonly firstCheckpoint?: CheckpointMark
  /** The last one. */
  readonly lastCheckpoint?: CheckpointMark
  /** Nothing more is appended to it. */
  readonly closed: boolean
}

/**
 * - `reading`: its full read is under way.
 * - `complete`: its files, replayed in order, are the table as of their last checkpoint.
 * - `abandoned`: it was begun again, or another read came before its end. Its files go when the sink is opened next.
 * - `discarded`: the state that went with it was lost or put aside, and the sink began anew.
 */
export type LogReadStatus = 'reading' | 'complete' | 'abandoned' | 'discarded'

/** A full read of the table and the deltas that followed it. */
export interface LogRead {
  /** Counts the reads of this log. */
  readonly number: number
  readonly epoch: number
  readonly reason: ResetReason
  readonly status: LogReadStatus
  /** In order; empty while no change came. */
  readonly files: readonly LogFile[]
}

/** What `<name>.manifest.json` holds. The last read with the status `complete` is the table. */
export interface LogManifest {
  /** Version of this format. */
  readonly format: 1
  readonly name: string
  readonly mode: 'log'
  readonly reads: readonly LogRead[]
  /** Files that may be there and count for nothing: begun and not committed yet, or about to be removed. */
  readonly begun: readonly string[]
}

export function emptyManifest(name: string): LogManifest {
  return { format: 1, name, mode: 'log', reads: [], begun: [] }
}

/** The number in the name of a file of the log. */
function numberOf(file: string): number {
  return Number(/\.(\d+)\.ndjson(?:\.gz)?$/.exec(file)?.[1] ?? 0)
}

/** The highest number of the files that a manifest accounts for; 0 when there are none. */
export function lastNumber({ reads, begun }: LogManifest): number {
  const files = [...reads.flatMap((read) => read.files.map(({ file }) => file)), ...begun]
  return files.reduce((highest, file) => Math.max(highest, numberOf(file)), 0)
}

/**
 * Reads a manifest; `undefined` when there is none.
 *
 * @throws DataverseError `sink-mismatch` when it is none of this log
 */
export async function readLogManifest(
  files: Files,
  path: string,
  name: string,
): Promise<LogManifest | undefined> {
  const bytes = await attempt('read', path, () => ifThere(files.readFile(path)))
  if (bytes === undefined) return undefined
  try {
    return parse(JSON.parse(Buffer.from(bytes).toString('utf8')), name)
  } catch (error) {
    throw mismatch(`${path} cannot be used: ${(error as Error).message}`)
  }
}

/** Replaces a manifest durably; names of files that were made before are durable then too. */
export async function writeLogManifest(files: Files, path: string, manifest: LogManifest): Promise<void> {
  await replaceFile(path, `${JSON.stringify(manifest, undefined, 1)}\n`, { files })
}

function parse(value: unknown, name: string): LogManifest {
  if (typeof value !== 'object' || value === null) throw new TypeError('it holds no JSON object')
  const manifest = value as Partial<Record<keyof LogManifest, unknown>>
  if (manifest.format !== 1) {
    throw new TypeError(`"format" is ${JSON.stringify(manifest.format)}, and this release reads format 1`)
  }
  if (manifest.mode !== 'log') throw new TypeError(`"mode" is ${JSON.stringify(manifest.mode)}, not "log"`)
  if (manifest.name !== name) throw new TypeError(`it is of ${JSON.stringify(manifest.name)}`)
  const { reads, begun } = manifest
  if (!Array.isArray(begun) || !begun.every((file) => isFileOf(name, file))) {
    throw new TypeError('"begun" must be a list of files of this log')
  }
  if (!Array.isArray(reads) || !reads.every((read) => isRead(name, read))) {
    throw new TypeError('"reads" must be a list of reads with their files')
  }
  return value as LogManifest
}

function isRead(name: string, value: unknown): value is LogRead {
  const read = value as Partial<LogRead> | null
  return (
    Number.isSafeInteger(read?.number) &&
    typeof read?.status === 'string' &&
    Array.isArray(read.files) &&
    read.files.every((entry: Partial<LogFile> | null) => isFileOf(name, entry?.file) && isBytes(entry?.bytes))
  )
}

/** No other file is ever read, cut or removed on the word of a manifest. */
function isFileOf(name: string, file: unknown): boolean {
  if (typeof file !== 'string' || !file.startsWith(`${name}.`)) return false
  return /^\.\d{6,}\.ndjson(?:\.gz)?$/.test(file.slice(name.length))
}

function isBytes(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
