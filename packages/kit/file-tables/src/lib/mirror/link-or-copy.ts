import { type Files, isWithoutLinks, writeFully } from '@deltaverse/durable-files'

/** Gives a file a second name, or a copy of that name where the file system knows no second names. */
export async function linkOrCopy(files: Files, source: string, target: string): Promise<void> {
  try {
    await files.link(source, target)
  } catch (error) {
    if (!isWithoutLinks(error)) throw error
    await copyFile(files, source, target)
  }
}

/** Copies a file, or as much of it as is asked for; it is on the disk when this resolves, but for its name. */
export async function copyFile(
  files: Files,
  source: string,
  target: string,
  bytes: number = Number.POSITIVE_INFINITY,
): Promise<void> {
  const from = await files.open(source, 'r')
  try {
    const to = await files.open(target, 'w')
    try {
      const piece = Buffer.alloc(1024 * 1024)
      for (let at = 0; at < bytes; ) {
        const { bytesRead } = await from.read(piece, 0, Math.min(piece.length, bytes - at), at)
        if (bytesRead === 0) break
        await writeFully(to, [piece.subarray(0, bytesRead)], at)
        at += bytesRead
      }
      await to.sync()
    } finally {
      await to.close()
    }
  } finally {
    await from.close()
  }
}
