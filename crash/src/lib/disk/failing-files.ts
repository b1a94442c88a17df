import type { Files, OpenFile } from '@deltaverse/durable-files'

/** Told of every operation on files: before it, behind it, and in the middle of a write. May end everything. */
export type FilePointReached = (point: FilePoint) => void

/** Places around operations on files. */
export type FilePoint =
  | 'file:before-open'
  | 'file:before-write'
  | 'file:half-written'
  | 'file:written'
  | 'file:before-truncate'
  | 'file:truncated'
  | 'file:before-fsync'
  | 'file:fsynced'
  | 'file:before-rename'
  | 'file:renamed'
  | 'file:before-remove'
  | 'file:removed'
  | 'file:before-link'
  | 'file:linked'
  | 'file:before-folder-fsync'
  | 'file:folder-fsynced'
  | 'file:read'

/** Files that say where they are. */
export function announced(files: Files, reached: FilePointReached): Files {
  async function around<T>(before: FilePoint, work: () => Promise<T>, after?: FilePoint): Promise<T> {
    reached(before)
    const result = await work()
    if (after !== undefined) reached(after)
    return result
  }
  return {
    open: (path, flags) =>
      around('file:before-open', async () => announcedFile(await files.open(path, flags), reached)),
    readFile: (path) => around('file:read', () => files.readFile(path)),
    rename: (from, to) => around('file:before-rename', () => files.rename(from, to), 'file:renamed'),
    rm: (path) => around('file:before-remove', () => files.rm(path), 'file:removed'),
    link: (existing, path) => around('file:before-link', () => files.link(existing, path), 'file:linked'),
    readdir: (path) => files.readdir(path),
    stat: (path) => files.stat(path),
    mkdir: (path) => files.mkdir(path),
    syncFolder: (path) =>
      around('file:before-folder-fsync', () => files.syncFolder(path), 'file:folder-fsynced'),
  }

  function announcedFile(file: OpenFile, told: FilePointReached): OpenFile {
    return {
      read: (...all) => file.read(...all),
      async writev(buffers, position) {
        told('file:before-write')
        const bytes = Buffer.concat(buffers)
        const half = bytes.length >> 1
        // Two writes where the program made one: a process can die between them.
        const first = half === 0 ? 0 : (await file.writev([bytes.subarray(0, half)], position)).bytesWritten
        if (first < half) return { bytesWritten: first }
        told('file:half-written')
        const rest = await file.writev([bytes.subarray(half)], position + half)
        told('file:written')
        return { bytesWritten: first + rest.bytesWritten }
      },
      stat: () => file.stat(),
      truncate: (bytes) => around('file:before-truncate', () => file.truncate(bytes), 'file:truncated'),
      sync: () => around('file:before-fsync', () => file.sync(), 'file:fsynced'),
      close: () => file.close(),
    }
  }
}
