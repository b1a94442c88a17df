import type { ResetReason } from '@deltaverse/core'
import type { ColumnSchema } from '@deltaverse/schema'
import type { CheckpointMark } from '../checkpoint-mark.js'
import { manifestName } from '../manifest-name.js'
import { mismatch } from '../mismatch.js'
import type { ObjectStore } from '../object-store.js'

/** A file of a log, as its manifest tells of it. */
export interface LogFile {
  /** Name in the folder of the manifest: `products.000001.ndjson`. */
  readonly file: string
  /** When it was begun: ISO 8601, UTC. */
  readonly begunAt: string
  readonly upserted: number
  readonly deleted: number
  /** Lines of columns that came later; absent while there are none. */
  readonly patched?: number
  /** Committed bytes; the file may be longer while it is written to. */
  readonly bytes: number
  /** SHA-256 of these bytes, in hex. */
  readonly sha256: string
  /** The first checkpoint that was reached in this file; absent while none was. */
  readonly firstCheckpoint?: CheckpointMark
  /** The last one. */
  readonly lastCheckpoint?: CheckpointMark
  /** How it is written, where its format has dialects. */
  readonly dialect?: unknown
  /** Its columns in their order, where its format has columns. */
  readonly columns?: readonly ColumnSchema[]
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

/** The highest number of the files that a manifest accounts for; 0 when there are none. */
export function lastNumber({ reads, begun }: LogManifest): number {
  const files = [...reads.flatMap((read) => read.files.map(({ file }) => file)), ...begun]
  return files.reduce((highest, file) => Math.max(highest, Number(namePattern.exec(file)?.[1] ?? 0)), 0)
}

/**
 * Reads a manifest; `undefined` when there is none.
 *
 * @throws DataverseError `sink-mismatch` when it is none of this log
 */
export async function readLogManifest(
  store: ObjectStore,
  name: string,
  fence = 0,
): Promise<LogManifest | undefined> {
  const file = manifestName(name, fence)
  const bytes = await store.read(file)
  if (bytes === undefined) return undefined
  try {
    return parse(JSON.parse(Buffer.from(bytes).toString('utf8')), name)
  } catch (error) {
    throw mismatch(`${store.pathOf(file)} cannot be used: ${(error as Error).message}`)
  }
}

/**
 * Replaces a manifest durably; names of files that were made before are durable then too. Behind a fence there are two: of
 * what readers see the sink cannot be sure whose it is, so it goes by the other.
 */
export async function writeLogManifest(
  store: ObjectStore,
  manifest: LogManifest,
  fence: number,
): Promise<void> {
  const text = `${JSON.stringify(manifest, undefined, 1)}\n`
  if (fence > 0) await store.replace(manifestName(manifest.name, fence), text)
  await store.replace(manifestName(manifest.name), text)
}

/** Names of the files of a log, behind the log's own. */
const namePattern = /\.(\d{6,})(?:-\d+)?\.[a-z]+(?:\.gz)?$/

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
  return namePattern.exec(file)?.index === name.length
}

function isBytes(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
