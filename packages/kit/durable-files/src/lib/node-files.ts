import { link, open, readdir, readFile, rename, stat, unlink } from 'node:fs/promises'
import { codeOf } from './file-error.js'
import type { Files } from './files.js'
import { makeFolders } from './make-folders.js'

/** The files of this machine. */
export const nodeFiles: Files = {
  open: (path, flags) => open(path, flags),
  readFile: (path) => readFile(path),
  rename: (from, to) => rename(from, to),
  rm: (path) => unlink(path),
  link: (existing, path) => link(existing, path),
  readdir: (path) => readdir(path),
  stat: (path) => stat(path),
  mkdir: (path) => makeFolders(path),
  syncFolder,
}

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
