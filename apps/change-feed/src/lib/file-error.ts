/** A file or folder could not be read or written; `code` is Node's (`ENOSPC`, `EROFS`, …). */
export class FileError extends Error {
  override readonly name: string = 'FileError'
  readonly code: string

  constructor(message: string, code: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'no space is left on the device',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EEXIST: 'a file of that name is in the way',
  EISDIR: 'it is a folder',
  EIO: 'the device reports an error',
}

/** Puts an error of the file system into words: what was tried, with which file, why not, and that nothing is lost. */
export function toFileError(error: unknown, doing: string, path: string): Error {
  if (error instanceof FileError) return error
  const code = codeOf(error)
  if (code === undefined) return error instanceof Error ? error : new Error(String(error))
  const reason = reasons[code] ?? (error as Error).message
  return new FileError(
    `cannot ${doing} ${path}: ${reason} (${code}). What was committed before is kept: mend it and start again`,
    code,
    error,
  )
}

/** The code of an error of the file system, `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code
  return error instanceof Error && typeof code === 'string' ? code : undefined
}
