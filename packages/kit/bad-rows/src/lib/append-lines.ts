import { dirname } from 'node:path'
import { attempt, codeOf, type Files, makeFolder, type OpenFile, writeFully } from '@deltaverse/durable-files'

/** Appends lines to a file, which is made where there is none; they are on the disk when it resolves. */
export async function appendLines(files: Files, path: string, lines: string): Promise<void> {
  await attempt('write', path, async () => {
    const folder = dirname(path)
    await makeFolder(files, folder)
    const { file, isNew } = await openOrCreate(files, path)
    try {
      const { size } = await file.stat()
      // A line that a crash cut off ends here, so that it spoils no other.
      const text = size > 0 && !(await endsWithLine(file, size)) ? `\n${lines}` : lines
      await writeFully(file, [Buffer.from(text)], size)
      await file.sync()
    } finally {
      await file.close()
    }
    if (isNew) await files.syncFolder(folder)
  })
}

async function openOrCreate(files: Files, path: string): Promise<{ file: OpenFile; isNew: boolean }> {
  try {
    return { file: await files.open(path, 'r+'), isNew: false }
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    return { file: await files.open(path, 'wx'), isNew: true }
  }
}

async function endsWithLine(file: OpenFile, size: number): Promise<boolean> {
  const last = Buffer.alloc(1)
  await file.read(last, 0, 1, size - 1)
  return last[0] === 0x0a
}
