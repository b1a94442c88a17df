import { crc32, deflateSync } from 'node:zlib'
import type { ImageShape } from './image-shape.js'

/** Sides of a thumbnail at most, in pixels; Microsoft Learn, "Use image column data". */
const maxSide = 144

/**
 * A square PNG as large as the service's thumbnail of an image would be, in one colour that follows from its bytes: the
 * emulator does not look at the picture.
 */
export function thumbnailOf(
  bytes: Buffer,
  { width = maxSide, height = maxSide }: Partial<ImageShape>,
): Buffer {
  const side = Math.max(1, Math.min(maxSide, width, height))
  const colour = Buffer.alloc(4)
  colour.writeUInt32BE(crc32(bytes))
  const line = Buffer.alloc(1 + 3 * side)
  for (let pixel = 0; pixel < side; pixel += 1) colour.copy(line, 1 + 3 * pixel, 0, 3)
  const header = Buffer.alloc(13)
  header.writeUInt32BE(side, 0)
  header.writeUInt32BE(side, 4)
  // 8 bits for each of three colours.
  header.writeUInt8(8, 8)
  header.writeUInt8(2, 9)
  const pixels = deflateSync(Buffer.concat(Array.from({ length: side }, () => line)))
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', pixels),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(content.length)
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}
