import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { attempt, type Files, ifThere, type OpenFile } from '@deltaverse/durable-files'
import { mismatch } from './sink-mismatch.js'

/** A file of lines, as far as it is committed. */
export interface CommittedFile {
  readonly path: string
  readonly bytes: number
  readonly compress: 'none' | 'gzip'
}

const pieceBytes = 256 * 1024
const newline = 0x0a

/**
 * The lines of a file, newline included, in groups: those that one piece of the file completes. Holds a piece and a line. A
 * group is valid until the next one is asked for.
 *
 * @throws DataverseError `sink-mismatch` when the file is gone, shorter, or no gzip
 */
export async function* readLines(files: Files, file: CommittedFile): AsyncGenerator<readonly Buffer[]> {
  let carried: Buffer[] = []
  for await (const piece of contentOf(files, file)) {
    const lines: Buffer[] = []
    let from = 0
    for (let at = piece.indexOf(newline); at !== -1; at = piece.indexOf(newline, from)) {
      const tail = piece.subarray(from, at + 1)
      lines.push(carried.length === 0 ? tail : Buffer.concat([...carried, tail]))
      carried = []
      from = at + 1
    }
    // Copied, because the piece is read into again.
    if (from < piece.length) carried.push(Buffer.from(piece.subarray(from)))
    if (lines.length > 0) yield lines
  }
  if (carried.length > 0) throw mismatch(`${file.path} was changed: it does not end with a whole line`)
}

async function* contentOf(files: Files, file: CommittedFile): AsyncGenerator<Buffer> {
  if (file.compress === 'none') return yield* piecesOf(files, file)
  const gunzip = createGunzip({ chunkSize: pieceBytes })
  const source = Readable.from(copied(piecesOf(files, file)))
  source.once('error', (error) => gunzip.destroy(error))
  try {
    for await (const piece of source.pipe(gunzip)) yield piece as Buffer
  } catch (error) {
    const code = (error as { code?: unknown }).code
    if (typeof code !== 'string' || !code.startsWith('Z_')) throw error
    throw mismatch(`${file.path} was changed: it cannot be decompressed (${(error as Error).message})`)
  } finally {
    source.destroy()
    gunzip.destroy()
  }
}

/** A stream keeps pieces for a while, and `piecesOf` reads into the same one again. */
async function* copied(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const piece of pieces) yield Buffer.from(piece)
}

async function* piecesOf(files: Files, { path, bytes }: CommittedFile): AsyncGenerator<Buffer> {
  if (bytes === 0) return
  const file = await attempt('open', path, () => ifThere(files.open(path, 'r')))
  if (file === undefined) throw mismatch(`${path} is gone, and the saved state counts on its ${bytes} bytes`)
  try {
    const piece = Buffer.alloc(Math.min(pieceBytes, bytes))
    for (let at = 0; at < bytes; ) {
      const bytesRead = await readSome(file, path, piece, at, bytes)
      yield piece.subarray(0, bytesRead)
      at += bytesRead
    }
  } finally {
    await file.close()
  }
}

async function readSome(
  file: OpenFile,
  path: string,
  piece: Buffer,
  at: number,
  bytes: number,
): Promise<number> {
  const { bytesRead } = await attempt('read', path, () =>
    file.read(piece, 0, Math.min(piece.length, bytes - at), at),
  )
  if (bytesRead === 0) throw mismatch(`${path} ends at byte ${at}, and the saved state counts on ${bytes}`)
  return bytesRead
}
