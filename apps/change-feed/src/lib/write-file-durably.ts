import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { codeOf, toFileError } from './file-error.js'

/**
 * Replaces a file in one step that survives a power cut: its readers see the old text or the new one, never a part.
 * Everything written to the same folder before is findable afterwards too.
 *
 * @throws FileError
 */
export async function writeFileDurably(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`
  try {
    await writeAndSync(temporary, text)
    await rename(temporary, path)
    await syncFolder(dirname(path))
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw toFileError(error, 'write', path)
  }
}

async function writeAndSync(path: string, text: string): Promise<void> {
  const file = await open(path, 'w')
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Makes the names in a folder durable: without it a new file may be gone after a power cut, although its content was synced. */
async function syncFolder(path: string): Promise<void> {
  // Windows opens no folders, and keeps names durable by itself.
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } catch (error) {
    // Some network file systems cannot sync a folder.
    if (codeOf(error) !== 'EINVAL') throw error
  } finally {
    await folder.close()
  }
}
