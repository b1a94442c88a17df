import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Gives the directory back. */
export type ReleaseLock = () => void

/**
 * Takes a directory for this process. A lock whose process is gone is replaced.
 *
 * @throws Error when another emulator holds it.
 */
export function lockDirectory(directory: string): ReleaseLock {
  const file = join(directory, 'lock')
  const own = lockText(process.pid)
  for (let attempt = 0; attempt < 3; attempt += 1) {
    if (create(file, own)) return () => release(file, own)
    const held = read(file)
    if (held !== undefined) {
      if (isAlive(held)) throw inUse(directory, held)
      removeStale(directory, file, held)
    }
  }
  throw inUse(directory, read(file) ?? '')
}

function create(file: string, text: string): boolean {
  try {
    writeFileSync(file, text, { flag: 'wx' })
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

function release(file: string, own: string): void {
  if (read(file) === own) rmSync(file, { force: true })
}

// Moved away before it is deleted: whoever moved a lock that was made since puts it back and is refused.
function removeStale(directory: string, file: string, stale: string): void {
  const aside = `${file}.${process.pid}`
  try {
    renameSync(file, aside)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return
    throw error
  }
  const moved = read(aside) ?? ''
  if (moved === stale) {
    rmSync(aside, { force: true })
    return
  }
  renameSync(aside, file)
  throw inUse(directory, moved)
}

function inUse(directory: string, held: string): Error {
  return new Error(
    `The state directory ${directory} is in use by process ${held.split(' ')[0] || '(unknown)'}: ` +
      'close that emulator, or choose another directory',
  )
}

/** The process id and, where the system tells it, when that process started, as ids are used again. */
function lockText(pid: number): string {
  return `${pid} ${startTimeOf(pid) ?? ''}`.trim()
}

function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}

function isAlive(held: string): boolean {
  const [pid, startTime] = held.split(' ')
  const id = Number(pid)
  if (!Number.isInteger(id) || id <= 0) return false
  try {
    process.kill(id, 0)
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
  return startTime === undefined || startTimeOf(id) === startTime
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
