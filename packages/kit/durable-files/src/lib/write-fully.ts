import type { OpenFile } from './files.js'

/** Writes all of it: where a write stops short of the end, the rest follows, or brings the error to light. */
export async function writeFully(
  file: OpenFile,
  buffers: readonly Uint8Array[],
  position: number,
): Promise<void> {
  let rest = buffers.filter(({ length }) => length > 0)
  let at = position
  while (rest.length > 0) {
    const { bytesWritten } = await file.writev(rest, at)
    if (bytesWritten === 0) throw Object.assign(new Error('nothing was written'), { code: 'EIO' })
    at += bytesWritten
    rest = behind(rest, bytesWritten)
  }
}

function behind(buffers: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let left = bytes
  for (const [index, buffer] of buffers.entries()) {
    if (left < buffer.length) return [buffer.subarray(left), ...buffers.slice(index + 1)]
    left -= buffer.length
  }
  return []
}
