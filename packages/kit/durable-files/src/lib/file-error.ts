import { DataverseError } from '@deltaverse/core'

interface Reason {
  readonly why: string
  readonly cure: string
  /** Whether waiting can cure it. */
  readonly passes?: true
}

const noRights = 'give this process the right to read and write it and its folder'
const space = 'free some, or use another disk'

const reasons: Readonly<Record<string, Reason>> = {
  ENOSPC: { why: 'no space is left on the device', cure: space, passes: true },
  EDQUOT: { why: 'the disk quota is used up', cure: space, passes: true },
  EFBIG: { why: 'the file is larger than its file system can hold', cure: 'let files rotate earlier' },
  EROFS: { why: 'the file system is read-only', cure: 'mount it for writing, or use another folder' },
  EACCES: { why: 'permission is denied', cure: noRights },
  EPERM: { why: 'permission is denied', cure: noRights },
  ENOENT: { why: 'it does not exist', cure: 'put it back, or name an existing folder' },
  ENOTDIR: { why: 'a part of the path is a file, not a folder', cure: 'name another folder' },
  EISDIR: { why: 'it is a folder', cure: 'move it away, or use another name' },
  EEXIST: { why: 'a file of that name is in the way', cure: 'move it away, or use another name' },
  ENAMETOOLONG: { why: 'the name is too long', cure: 'use a shorter one' },
  ELOOP: { why: 'symbolic links run in a circle', cure: 'mend them' },
  EXDEV: { why: 'the folder lies on two file systems', cure: 'use a folder that lies on one' },
  EMFILE: { why: 'this process has too many files open', cure: 'raise the limit (ulimit -n)', passes: true },
  ENFILE: { why: 'this machine has too many files open', cure: 'raise its limit', passes: true },
  ENOMEM: { why: 'the machine is out of memory', cure: 'free some', passes: true },
  EBUSY: { why: 'another program has it open', cure: 'end that program', passes: true },
  EAGAIN: { why: 'the file system is busy', cure: 'try again later', passes: true },
  ETIMEDOUT: { why: 'the network file system does not answer', cure: 'check its server', passes: true },
  ESTALE: { why: 'the network file system lost sight of it', cure: 'check its server', passes: true },
  ENODEV: { why: 'the device is gone', cure: 'attach it' },
  ENXIO: { why: 'the device is gone', cure: 'attach it' },
  EIO: { why: 'the device reports an error', cure: 'check the disk' },
}

/**
 * Puts an error of the file system into words: what was tried, with which file, why not, what to do.
 *
 * @param doing as in `cannot <doing> <path>`: `write`
 * @returns `sink-failed`, retryable where waiting can cure it (a full disk, too many open files). What is no error of the file
 * system comes back as it is.
 */
export function toFileError(error: unknown, doing: string, path: string): Error {
  const code = codeOf(error)
  if (code === undefined || error instanceof DataverseError) {
    return error instanceof Error ? error : new Error(String(error))
  }
  const { why, cure, passes = false } = reasons[code] ?? { why: (error as Error).message, cure: 'mend it' }
  return new DataverseError(
    `cannot ${doing} ${path}: ${why} (${code}). What was committed before is kept: ${cure}, and start again`,
    { code: 'sink-failed', retryable: passes, cause: error },
  )
}

/** Does file work; what it throws is put into words by {@link toFileError}. */
export async function attempt<T>(doing: string, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw toFileError(error, doing, path)
  }
}

/** The code of an error of the file system, `ENOENT`; `undefined` for any other value. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' && /^E[A-Z0-9]+$/.test(error.code) ? error.code : undefined
}

/** What work gives, or `undefined` when the file is not there. */
export async function ifThere<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}
