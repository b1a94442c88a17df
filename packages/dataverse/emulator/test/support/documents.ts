import type { TableDefinition } from '../../src/index.js'

/** A table with a file, a primary image, one that is kept in full size, and one that is neither. */
export const documents: TableDefinition = {
  logicalName: 'new_document',
  schemaName: 'new_Document',
  changeTrackingEnabled: true,
  columns: [
    { logicalName: 'name', type: 'string' },
    { logicalName: 'new_file', schemaName: 'new_File', type: 'file', maxSizeInKB: 2 },
    { logicalName: 'new_cover', schemaName: 'new_Cover', type: 'image', isPrimaryImage: true },
    {
      logicalName: 'new_scan',
      schemaName: 'new_Scan',
      type: 'image',
      canStoreFullImage: true,
      maxSizeInKB: 4,
    },
    { logicalName: 'new_icon', schemaName: 'new_Icon', type: 'image' },
  ],
}

/** Bytes that differ from place to place. */
export function bytesOf(length: number, start = 0): Buffer {
  return Buffer.from(Array.from({ length }, (_, index) => (index * 7 + start) % 251))
}

/** Something that begins as an image of a kind does, with sides in pixels where the kind tells them at its start. */
export function imageOf(
  kind: 'png' | 'gif' | 'bmp' | 'jpeg' | 'tiff',
  width = 300,
  height = 200,
  length = 64,
): Buffer {
  const bytes = bytesOf(length)
  const begin = {
    png: '89504e470d0a1a0a',
    gif: '474946383961',
    bmp: '424d',
    jpeg: 'ffd8ff',
    tiff: '49492a00',
  }
  Buffer.from(begin[kind], 'hex').copy(bytes)
  if (kind === 'png') {
    bytes.writeUInt32BE(width, 16)
    bytes.writeUInt32BE(height, 20)
  }
  if (kind === 'gif') {
    bytes.writeUInt16LE(width, 6)
    bytes.writeUInt16LE(height, 8)
  }
  if (kind === 'bmp') {
    bytes.writeInt32LE(width, 18)
    bytes.writeInt32LE(-height, 22)
  }
  return bytes
}
