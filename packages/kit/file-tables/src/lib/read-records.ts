import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { attempt, type Files, ifThere, type OpenFile } from '@deltaverse/durable-files'
import type { RecordSplitter } from '@deltaverse/formats'
import { mismatch } from './mismatch.js'

/** A file, as far as it is committed. */
export interface CommittedFile {
  readonly path: string
  readonly bytes: number
  readonly compress: 'none' | 'gzip'
  /** SHA-256 of the bytes, in hex: given, it is checked when the last line was read. */
  readonly sha256?: string | undefined
}

const usualPieceBytes = 256 * 1024

/**
 * The records of a file, line ends included, in groups: those that one piece of the file completes. Holds a piece and a record;
 * the records of a group are views of a piece that is not used again.
 *
 * @throws DataverseError `sink-mismatch` when the file is gone, shorter, no gzip, or has another checksum
 */
export async function* readRecords(
  files: Files,
  file: CommittedFile,
  splitter: RecordSplitter,
  pieceBytes: number = usualPieceBytes,
): AsyncGenerator<readonly Buffer[]> {
  for await (const piece of contentOf(files, file, pieceBytes)) {
    const records = splitter.push(piece)
    if (records.length > 0) yield records
  }
  if (!splitter.isWhole) throw mismatch(`${file.path} was changed: it does not end with a whole line`)
}

async function* contentOf(files: Files, file: CommittedFile, pieceBytes: number): AsyncGenerator<Buffer> {
  if (file.bytes === 0) return
  if (file.compress === 'none') return yield* piecesOf(files, file, pieceBytes)
  const gunzip = createGunzip({ chunkSize: pieceBytes })
  const source = Readable.from(piecesOf(files, file, pieceBytes))
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

async function* piecesOf(
  files: Files,
  { path, bytes, sha256 }: CommittedFile,
  pieceBytes: number,
): AsyncGenerator<Buffer> {
  const file = await attempt('open', path, () => ifThere(files.open(path, 'r')))
  if (file === undefined) throw mismatch(`${path} is gone, and the saved state counts on its ${bytes} bytes`)
  const hash = sha256 === undefined ? undefined : createHash('sha256')
  try {
    for (let at = 0; at < bytes; ) {
      const piece = await readPiece(file, path, at, Math.min(pieceBytes, bytes - at))
      if (piece.length === 0)
        throw mismatch(`${path} ends at byte ${at}, and the saved state counts on ${bytes}`)
      hash?.update(piece)
      at += piece.length
      yield piece
    }
  } finally {
    await file.close()
  }
  if (hash?.digest('hex') !== sha256)
    throw mismatch(`${path} was changed: its checksum is not that of what was written`)
}

async function readPiece(file: OpenFile, path: string, at: number, length: number): Promise<Buffer> {
  const piece = Buffer.allocUnsafeSlow(length)
  const { bytesRead } = await attempt('read', path, () => file.read(piece, 0, length, at))
  return piece.subarray(0, bytesRead)
}
