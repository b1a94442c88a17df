import { type Files, isWithoutLinks, writeFully } from '@deltaverse/durable-files'

/** Gives a file a second name, or a copy of that name where the file system knows no second names. */
export async function linkOrCopy(files: Files, source: string, target: string): Promise<void> {
  try {
    await files.link(source, target)
  } catch (error) {
    if (!isWithoutLinks(error)) throw error
    await copy(files, source, target)
  }
}

async function copy(files: Files, source: string, target: string): Promise<void> {
  const from = await files.open(source, 'r')
  try {
    const to = await files.open(target, 'w')
    try {
      const piece = Buffer.alloc(1024 * 1024)
      for (let at = 0; ; ) {
        const { bytesRead } = await from.read(piece, 0, piece.length, at)
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
