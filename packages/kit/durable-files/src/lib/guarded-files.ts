import type { Files, OpenFile } from './files.js'

/**
 * Files that ask before each change whether it may still be made, and behind one that failed whether that is why; reading is never
 * asked for. What `ask` throws is thrown.
 */
export function guardedFiles(files: Files, ask: () => Promise<void>): Files {
  async function asked<T>(change: () => Promise<T>): Promise<T> {
    await ask()
    try {
      return await change()
    } catch (error) {
      await ask()
      throw error
    }
  }

  function guard(file: OpenFile): OpenFile {
    return {
      read: (...how) => file.read(...how),
      stat: () => file.stat(),
      sync: () => file.sync(),
      close: () => file.close(),
      writev: (...what) => asked(() => file.writev(...what)),
      truncate: (bytes) => asked(() => file.truncate(bytes)),
    }
  }

  return {
    readFile: (path) => files.readFile(path),
    readdir: (path) => files.readdir(path),
    stat: (path) => files.stat(path),
    syncFolder: (path) => files.syncFolder(path),
    async open(path, flags) {
      if (flags === 'r') return await files.open(path, flags)
      return guard(await asked(() => files.open(path, flags)))
    },
    rename: (from, to) => asked(() => files.rename(from, to)),
    rm: (path) => asked(() => files.rm(path)),
    link: (existing, path) => asked(() => files.link(existing, path)),
    mkdir: (path) => asked(() => files.mkdir(path)),
  }
}
