import { createHash, type Hash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { attempt, type Files, ifThere, type OpenFile, writeFully } from '@deltaverse/durable-files'
import { mismatch } from './mismatch.js'
import { readPieces } from './read-pieces.js'

/** A file that lines are appended to. */
export interface RecordFile {
  readonly path: string
  /** Bytes written; lines that are still held are not among them. */
  readonly bytes: number
  /** Takes whole lines; may hold them. */
  append(lines: Buffer): Promise<void>
  /** Resolves once all lines are written; a power cut may still take them. */
  flush(): Promise<void>
  /** Resolves once all lines, and the length, are on the disk. */
  sync(): Promise<void>
  /** SHA-256, in hex, of the bytes written. Of a file that was continued, what was there before is read once. */
  sha256(): Promise<string>
  /** Drops what lies behind the bytes it was opened at. */
  cutBehind(): Promise<void>
  /** Lets go of it; lines that are held are lost. */
  close(): Promise<void>
}

export interface RecordFileOptions {
  readonly files: Files
  readonly path: string
  readonly compress: 'none' | 'gzip'
  /** Nobody needs it after a crash, so it is never synced. Default: `false`. */
  readonly isTemporary?: boolean
}

/** Where to go on in a file that is there. */
export interface Continuation {
  readonly bytes: number
  /** SHA-256 of these bytes, where it is known: a file that somebody changed is found out by it. */
  readonly sha256: string | undefined
}

/** Lines gather up to this many bytes before they are written in one go; compressed, they become a gzip member. */
const blockBytes = 1024 * 1024
/** Blocks that are compressed at the same time, in the threads that Node has for it. */
const blocksAtOnce = 3
/** So much is written before the disk is asked to take it in, while more is being written: a commit then has little to wait for. */
const syncAheadBytes = 4 * 1024 * 1024
const newline = 0x0a
const compressed = promisify(gzip)

/** Begins a file; what had its name is gone. */
export async function createRecordFile(options: RecordFileOptions): Promise<RecordFile> {
  const { files, path } = options
  const file = await attempt('create', path, () => files.open(path, 'w'))
  return recordFile(options, file, { bytes: 0, sha256: undefined })
}

/**
 * Opens a file to go on behind the bytes that a position counts on. What lies behind them is still there: see `cutBehind`.
 *
 * @throws DataverseError `sink-mismatch` when the file does not hold them
 */
export async function continueRecordFile(
  options: RecordFileOptions,
  from: Continuation,
): Promise<RecordFile> {
  const { files, path, compress } = options
  const file = await attempt('open', path, () => ifThere(files.open(path, 'r+')))
  if (file === undefined)
    throw mismatch(`${path} is gone, and the saved state counts on its ${from.bytes} bytes`)
  try {
    await attempt('read', path, () => requireBytes(file, path, from.bytes, compress))
  } catch (error) {
    await file.close()
    throw error
  }
  return recordFile(options, file, from)
}

function recordFile(options: RecordFileOptions, file: OpenFile, from: Continuation): RecordFile {
  const { files, path, compress, isTemporary = false } = options
  let { bytes } = from
  let held: Buffer[] = []
  let heldBytes = 0
  let blocks: Promise<readonly Buffer[]>[] = []
  let hash: Hash | undefined = bytes === 0 ? createHash('sha256') : undefined
  let isOpen = true
  let unsyncedBytes = 0
  let syncing: Promise<void> | undefined
  let refused: { readonly error: unknown } | undefined

  /** A disk that refused once may have dropped what it could not keep, and would call the next sync a success. */
  async function syncFile(): Promise<void> {
    if (refused !== undefined) throw refused.error
    unsyncedBytes = 0
    try {
      await attempt('sync', path, () => file.sync())
    } catch (error) {
      refused = { error }
      throw error
    }
  }

  /** Nobody waits for it; the next sync tells of its error. */
  function syncAhead(): void {
    if (isTemporary || syncing !== undefined || unsyncedBytes < syncAheadBytes) return
    const settled = (): void => {
      syncing = undefined
    }
    syncing = syncFile().then(settled, settled)
  }

  function makeBlock(): void {
    if (heldBytes === 0) return
    const lines = held
    held = []
    heldBytes = 0
    const block = compress === 'none' ? Promise.resolve(lines) : gzipMember(lines)
    // Whoever writes the block meets its error; until then it is nobody's.
    block.catch(() => undefined)
    blocks.push(block)
  }

  /** Writes blocks in order until so many are left. A block whose write failed stays, and is written by the next call. */
  async function writeBlocks(left: number): Promise<void> {
    while (blocks.length > left) {
      const buffers = (await blocks[0]) ?? []
      await attempt('check', path, () => requireOwn(files, file, path, bytes))
      const written = attempt('write', path, () => writeFully(file, buffers, bytes))
      // While the disk is at work.
      for (const buffer of buffers) hash?.update(buffer)
      await written.catch((error: unknown) => {
        hash = undefined
        throw error
      })
      for (const { length } of buffers) {
        bytes += length
        unsyncedBytes += length
      }
      blocks.shift()
      syncAhead()
    }
  }

  async function flush(): Promise<void> {
    makeBlock()
    // No bytes at all are no gzip.
    if (compress === 'gzip' && bytes === 0 && blocks.length === 0) blocks.push(gzipMember([]))
    await writeBlocks(0)
  }

  async function hashWhatIsThere(): Promise<Hash> {
    const whole = createHash('sha256')
    const end = bytes
    await attempt('read', path, () =>
      readPieces(file, 0, Math.min(from.bytes, end), (part) => whole.update(part)),
    )
    if (from.sha256 !== undefined && whole.copy().digest('hex') !== from.sha256) {
      throw mismatch(`${path} was changed: its first ${from.bytes} bytes are not those that were written`)
    }
    await attempt('read', path, () => readPieces(file, from.bytes, end, (part) => whole.update(part)))
    return whole
  }

  return {
    path,
    get bytes() {
      return bytes
    },
    async append(lines) {
      if (lines.length === 0) return
      held.push(lines)
      heldBytes += lines.length
      if (heldBytes < blockBytes) return
      makeBlock()
      await writeBlocks(compress === 'none' ? 0 : blocksAtOnce - 1)
    },
    flush,
    async sync() {
      await flush()
      await syncing
      await syncFile()
    },
    async sha256() {
      hash ??= await hashWhatIsThere()
      return hash.copy().digest('hex')
    },
    async cutBehind() {
      await attempt('truncate', path, async () => {
        if ((await file.stat()).size > bytes) await file.truncate(bytes)
      })
    },
    async close() {
      held = []
      heldBytes = 0
      blocks = []
      if (!isOpen) return
      isOpen = false
      await syncing
      await attempt('close', path, () => file.close())
    },
  }
}

async function gzipMember(lines: readonly Buffer[]): Promise<readonly Buffer[]> {
  return [await compressed(Buffer.concat(lines))]
}

async function requireBytes(
  file: OpenFile,
  path: string,
  bytes: number,
  compress: 'none' | 'gzip',
): Promise<void> {
  const { size } = await file.stat()
  if (size < bytes) throw mismatch(`${path} has ${size} bytes, and the saved state counts on ${bytes}`)
  if (bytes === 0 || compress === 'gzip') return
  const last = Buffer.alloc(1)
  await file.read(last, 0, 1, bytes - 1)
  if (last[0] !== newline) {
    throw mismatch(`${path} was changed: no line ends at byte ${bytes}, where the saved state stands`)
  }
}

/**
 * While a table is followed, somebody may empty the file or move it away. Writing on would leave a hole of zero bytes in it,
 * or lines in a file that nobody looks at, and a position that promises both.
 */
async function requireOwn(files: Files, file: OpenFile, path: string, bytes: number): Promise<void> {
  const own = await file.stat()
  if (own.size < bytes) {
    throw mismatch(`${path} was cut to ${own.size} bytes by somebody else, and ${bytes} were written to it`)
  }
  const named = await ifThere(files.stat(path))
  // Some network file systems number their files anew, so a number alone proves nothing.
  if (named === undefined || (named.ino !== own.ino && named.size !== own.size)) {
    throw mismatch(`${path} was moved, removed or replaced by somebody else while it was written to`)
  }
  // The rest of a write that failed, or lines of somebody else: as on opening, nothing stands behind the position.
  if (own.size > bytes) await file.truncate(bytes)
}
