import { createHash } from 'node:crypto'
import { attempt, type Files, ifThere, type OpenFile } from '@deltaverse/durable-files'

const pieceBytes = 1024 * 1024

/** Reads a part of a file, piece by piece; a piece is valid until `take` returns. */
export async function readPieces(
  file: OpenFile,
  from: number,
  to: number,
  take: (piece: Buffer) => void,
): Promise<void> {
  const piece = Buffer.alloc(Math.max(0, Math.min(pieceBytes, to - from)))
  for (let at = from; at < to; ) {
    const { bytesRead } = await file.read(piece, 0, Math.min(piece.length, to - at), at)
    if (bytesRead === 0) throw Object.assign(new Error('the file ended early'), { code: 'EIO' })
    take(piece.subarray(0, bytesRead))
    at += bytesRead
  }
}

/** SHA-256 of a whole file, in hex; `undefined` when it is not there. */
export async function checksumOf(files: Files, path: string): Promise<string | undefined> {
  return await attempt('read', path, async () => {
    const file = await ifThere(files.open(path, 'r'))
    if (file === undefined) return undefined
    try {
      const hash = createHash('sha256')
      await readPieces(file, 0, (await file.stat()).size, (piece) => hash.update(piece))
      return hash.digest('hex')
    } finally {
      await file.close()
    }
  })
}
