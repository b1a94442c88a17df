import { open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { CallOptions, Change, ChangeEvent, Sink } from '@deltaverse/contract'
import { formatChangeLines } from '@deltaverse/node-streams'
import { codeOf, FileError, toFileError } from './file-error.js'
import { setAside } from './set-aside.js'

/** How far an NDJSON file is. */
export interface FilePosition {
  /** Name of the file, in the sink's folder. */
  readonly file: string
  readonly bytes: number
}

/** What the sink needs of `FileHandle`. */
export interface OutputFile {
  writev(buffers: readonly Uint8Array[], position: number): Promise<{ bytesWritten: number }>
  read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesRead: number }>
  stat(): Promise<{ size: number; ino: number }>
  truncate(bytes: number): Promise<void>
  sync(): Promise<void>
  close(): Promise<void>
}

export interface NdjsonFileSinkOptions {
  /** Folder of the files; it must exist. */
  readonly directory: string
  /** Entity set: the files are `<entitySet>.ndjson` and, from generation 2 on, `<entitySet>.generation-<g>.ndjson`. */
  readonly entitySet: string
  /** Files that the saved state accounts for and that may be begun again. Default: none. */
  readonly owned?: readonly string[] | undefined
  /** Called before a file is begun; once it resolved, what the file held is gone. Default: nothing. */
  readonly onBegin?: ((file: string) => Promise<void>) | undefined
  /** A file in the way that nobody accounts for was renamed. Default: nothing. */
  readonly onSetAside?: ((file: string, keptAs: string) => void) | undefined
  /** Opens a file as `node:fs/promises` does. Tests pass one that fails. */
  readonly openFile?: ((path: string, flags: string) => Promise<OutputFile>) | undefined
}

/** Lines gather up to this many bytes before they are written in one go. */
const writeBytes = 1024 * 1024

const newline = 0x0a

/** The file of a full read and the deltas that follow it. */
export function fileOfGeneration(entitySet: string, generation: number): string {
  return generation === 1 ? `${entitySet}.ndjson` : `${entitySet}.generation-${generation}.ndjson`
}

/**
 * Changes as lines of NDJSON, one file for each generation: each file by itself is a full read followed by its deltas.
 *
 * On `open` whatever lies behind the position is cut off, so no line is ever torn. A `reset` begins the file of its
 * generation from nothing; a file in the way that the saved state does not account for is renamed, never overwritten.
 *
 * @throws FileError from every method when the disk is full, read-only or does not hold what the position says
 */
export function createNdjsonFileSink(options: NdjsonFileSinkOptions): Sink<FilePosition> {
  const { directory, entitySet, openFile = open } = options
  const owned = new Set(options.owned)
  let current: { readonly handle: OutputFile; readonly file: string; bytes: number } | undefined
  let pending: Buffer[] = []
  let pendingBytes = 0

  const pathOf = (file: string): string => join(directory, file)

  async function attempt<T>(doing: string, file: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw toFileError(error, doing, pathOf(file))
    }
  }

  async function begin(generation: number): Promise<typeof current & object> {
    const file = fileOfGeneration(entitySet, generation)
    await close()
    if (!owned.has(file)) {
      const keptAs = await attempt('set aside', file, () => setAside(directory, file))
      if (keptAs !== undefined) options.onSetAside?.(file, keptAs)
    }
    await options.onBegin?.(file)
    owned.add(file)
    const handle = await attempt('write', file, () => openFile(pathOf(file), 'w'))
    current = { handle, file, bytes: 0 }
    return current
  }

  async function flush(): Promise<void> {
    if (current === undefined || pendingBytes === 0) return
    const { handle, file, bytes } = current
    const buffers = pending
    await attempt('check', file, () => requireOwn(handle, pathOf(file), bytes))
    await attempt('write', file, () => writeFully(handle, buffers, bytes))
    current.bytes += pendingBytes
    pending = []
    pendingBytes = 0
  }

  async function append(changes: readonly Change[]): Promise<void> {
    if (changes.length === 0) return
    current ??= await begin(1)
    const lines = formatChangeLines(changes)
    pending.push(lines)
    pendingBytes += lines.length
    if (pendingBytes >= writeBytes) await flush()
  }

  async function close(): Promise<void> {
    pending = []
    pendingBytes = 0
    const { handle } = current ?? {}
    current = undefined
    await handle?.close()
  }

  return {
    async open(position: FilePosition | undefined): Promise<void> {
      await close()
      if (position === undefined) return
      const { file, bytes } = position
      const handle = await attempt('open', file, () => openExisting(openFile, pathOf(file), bytes))
      current = { handle, file, bytes }
      await attempt('truncate', file, () => cutBehind(handle, pathOf(file), bytes))
    },

    async write(events: readonly ChangeEvent[], call: CallOptions = {}): Promise<void> {
      call.signal?.throwIfAborted()
      let changes: Change[] = []
      for (const event of events) {
        if (event.kind === 'upserted' || event.kind === 'deleted') changes.push(event)
        else if (event.kind === 'reset') {
          await append(changes)
          changes = []
          await flush()
          await begin(event.generation)
        }
      }
      await append(changes)
    },

    async commit(): Promise<FilePosition> {
      current ??= await begin(1)
      await flush()
      const { handle, file, bytes } = current
      await attempt('sync', file, () => handle.sync())
      return { file, bytes }
    },

    close,
  }
}

/** A write may stop short of the end (a disk that fills up): the rest follows, or brings the error to light. */
async function writeFully(handle: OutputFile, buffers: readonly Buffer[], start: number): Promise<void> {
  let rest: readonly Buffer[] = buffers
  let position = start
  while (rest.length > 0) {
    const { bytesWritten } = await handle.writev(rest, position)
    if (bytesWritten === 0) throw Object.assign(new Error('nothing was written'), { code: 'EIO' })
    position += bytesWritten
    rest = behind(rest, bytesWritten)
  }
}

function behind(buffers: readonly Buffer[], bytes: number): readonly Buffer[] {
  let left = bytes
  for (const [index, buffer] of buffers.entries()) {
    if (left < buffer.length) return [buffer.subarray(left), ...buffers.slice(index + 1)]
    left -= buffer.length
  }
  return []
}

async function openExisting(
  openFile: (path: string, flags: string) => Promise<OutputFile>,
  path: string,
  bytes: number,
): Promise<OutputFile> {
  try {
    return await openFile(path, 'r+')
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    throw unaccounted(`${path} is gone, and the checkpoint counts on its ${bytes} bytes`)
  }
}

async function cutBehind(handle: OutputFile, path: string, bytes: number): Promise<void> {
  const { size } = await handle.stat()
  if (size < bytes) {
    throw unaccounted(`${path} has ${size} bytes, and the checkpoint counts on ${bytes}`)
  }
  const last = Buffer.alloc(1, newline)
  if (bytes > 0) await handle.read(last, 0, 1, bytes - 1)
  if (last[0] !== newline) {
    throw unaccounted(`${path} was changed: no line ends at byte ${bytes}, where the checkpoint stands`)
  }
  if (size > bytes) await handle.truncate(bytes)
}

/**
 * While a table is followed, somebody may empty the file or move it away. Writing on would leave a hole of zero bytes in it,
 * or lines in a file that nobody looks at, and a checkpoint that promises both.
 */
async function requireOwn(handle: OutputFile, path: string, bytes: number): Promise<void> {
  const own = await handle.stat()
  if (own.size < bytes) {
    throw unaccounted(
      `${path} was cut to ${own.size} bytes by somebody else, and ${bytes} were written to it`,
    )
  }
  const named = await sizeAndNumber(path)
  // Some network file systems number their files anew, so a number alone proves nothing.
  if (named === undefined || (named.ino !== own.ino && named.size !== own.size)) {
    throw unaccounted(`${path} was moved, removed or replaced by somebody else while it was written to`)
  }
  // The rest of a write that failed, or lines of somebody else: as on opening, nothing stands behind the position.
  if (own.size > bytes) await handle.truncate(bytes)
}

async function sizeAndNumber(path: string): Promise<{ size: number; ino: number } | undefined> {
  try {
    return await stat(path)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

function unaccounted(what: string): FileError {
  return new FileError(
    `${what}. Put the file back, or run with --restart to read the table in full into a new one`,
    'file-mismatch',
  )
}
