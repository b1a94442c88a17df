import { DataverseError } from '@deltaverse/core'

const removable = 'it can be removed: the next sync then reads the table in full'

/** Puts an error of the store into words. What is no error of the store comes back as it is. */
export function toStoreError(error: unknown, doing: string, directory: string): unknown {
  const codes = codesOf(error)
  const level = codes.find((code) => code.startsWith('LEVEL_') && code !== 'LEVEL_DATABASE_NOT_OPEN')
  if (level === undefined && !codes.some((code) => /^E[A-Z]+$/.test(code))) return error
  if (level === 'LEVEL_LOCKED') {
    const message = `The fingerprint store in ${directory} is in use, by another process or by another fingerprints of this one: end that first, or name another directory.`
    return new DataverseError(message, { code: 'conflict', cause: error })
  }
  const why = reasonOf(error)
  if (level === 'LEVEL_CORRUPTION') return damaged(directory, why, error)
  const message = `Cannot ${doing} the fingerprint store in ${directory} (${why}): see that there is room on the disk and that this process may write there. If the directory is damaged, ${removable}.`
  return new DataverseError(message, { code: 'sink-failed', cause: error })
}

/** The store is there and cannot be what this package wrote. */
export function damaged(directory: string, why: string, cause?: unknown): DataverseError {
  const message = `The fingerprint store in ${directory} is damaged (${why}). Remove the directory: the next sync then reads the table in full.`
  return new DataverseError(message, { code: 'checkpoint-invalid', cause })
}

/** `LEVEL_…` and system codes of an error and its causes. */
function codesOf(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return []
  const own = 'code' in error && typeof error.code === 'string' ? [error.code] : []
  return [...own, ...codesOf(error.cause)]
}

/** The innermost message: the one that names the file. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message
}
