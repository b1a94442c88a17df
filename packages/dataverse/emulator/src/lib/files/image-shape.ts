/** What the emulator reads from the bytes of an image. */
export interface ImageShape {
  readonly mimeType: string
  /** In pixels; `undefined` where the format hides it deeper than the emulator looks. */
  readonly width: number | undefined
  readonly height: number | undefined
}

/**
 * Recognizes the kinds of images that image columns take: GIF, JPEG, TIFF, BMP and PNG.
 *
 * Source: Microsoft Learn, "Use image column data".
 *
 * @returns `undefined` for anything else.
 */
export function imageShape(bytes: Buffer): ImageShape | undefined {
  const starts = (...hex: string[]): boolean =>
    hex.some((each) => bytes.toString('hex', 0, each.length / 2) === each)
  if (starts('89504e470d0a1a0a') && bytes.length >= 24) {
    return { mimeType: 'image/png', width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
  }
  if (starts('474946383761', '474946383961') && bytes.length >= 10) {
    return { mimeType: 'image/gif', width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) }
  }
  if (starts('424d') && bytes.length >= 26) {
    return { mimeType: 'image/bmp', width: bytes.readInt32LE(18), height: Math.abs(bytes.readInt32LE(22)) }
  }
  const unread = { width: undefined, height: undefined }
  if (starts('ffd8ff')) return { mimeType: 'image/jpeg', ...unread }
  if (starts('49492a00', '4d4d002a')) return { mimeType: 'image/tiff', ...unread }
  return undefined
}
