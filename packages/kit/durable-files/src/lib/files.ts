/** What is known of a file without opening it. */
export interface FileStats {
  /** Bytes. */
  readonly size: number
  /** Number of the file in its file system: the same under two names means the same file. */
  readonly ino: number
  /** When it was last written to, in milliseconds since 1970; absent where that is not known. */
  readonly mtimeMs?: number
}

/** A file that is open. Every write says where it goes, so one that failed can be done again. */
export interface OpenFile {
  read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesRead: number }>
  /** May write less than all of it (a disk that fills up); `writeFully()` sees to the rest. */
  writev(buffers: readonly Uint8Array[], position: number): Promise<{ readonly bytesWritten: number }>
  stat(): Promise<FileStats>
  truncate(bytes: number): Promise<void>
  /** Resolves once content and length are on the disk. The name is not: see {@link Files.syncFolder}. */
  sync(): Promise<void>
  close(): Promise<void>
}

/**
 * How a file is opened: `r` to read, `r+` to read and write what is there, `w` to begin anew, `wx` the same and an error when it
 * exists.
 */
export type OpenFlags = 'r' | 'r+' | 'w' | 'wx'

/**
 * The file operations that everything durable is made of. They behave, and fail, as those of `node:fs/promises`; the default
 * everywhere is `nodeFiles`. Tests put a disk below that forgets what was not synced, or one that fails.
 */
export interface Files {
  open(path: string, flags: OpenFlags): Promise<OpenFile>
  readFile(path: string): Promise<Uint8Array>
  /** Replaces a file that has the new name, in one step. */
  rename(from: string, to: string): Promise<void>
  /** Removes a file. */
  rm(path: string): Promise<void>
  /** Gives a file a second name; an error when the name exists. Some file systems cannot. */
  link(existing: string, path: string): Promise<void>
  /** Names in a folder. */
  readdir(path: string): Promise<readonly string[]>
  stat(path: string): Promise<FileStats>
  /** Makes a folder and those above it. @returns the first that it made */
  mkdir(path: string): Promise<string | undefined>
  /** Resolves once the names in a folder (created, renamed, removed) are on the disk, where the system can say so. */
  syncFolder(path: string): Promise<void>
}
