import { randomUUID } from 'node:crypto'
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { abortableDelay, type Clock, systemClock } from '@deltaverse/client'
import { DataverseError } from '@deltaverse/contract'
import { codeOf, toFileError } from './file-error.js'
import { isRunning, ownIdentity, type ProcessIdentity } from './process-identity.js'

/** Held until released. */
export interface FileLock {
  release(): Promise<void>
}

export interface FileLockOptions {
  /** How long to wait for another process to release it, in milliseconds. Default: 0, not at all. */
  readonly waitMs?: number | undefined
  /** Called once when it begins to wait, with the holder in words. */
  readonly onWait?: ((holder: string) => void) | undefined
  readonly clock?: Clock | undefined
  readonly signal?: AbortSignal | undefined
}

const pollMs = 100

/**
 * Takes a lock that one process holds at a time: a file that names its holder. The lock of a process that has died is
 * taken over.
 *
 * @param what names what is locked, for the message: `the table products in out`
 * @throws DataverseError `conflict` that names the holder; FileError; `signal.reason`
 */
export async function acquireFileLock(
  path: string,
  what: string,
  options: FileLockOptions = {},
): Promise<FileLock> {
  const { waitMs = 0, clock = systemClock, signal, onWait } = options
  const beganAtMs = clock.now()
  let waiting = false
  for (;;) {
    signal?.throwIfAborted()
    const attempt = await tryToLock(path)
    if (attempt === 'locked') return { release: () => rm(path, { force: true }) }
    if (attempt === 'again') continue
    const holder = describe(attempt.holder)
    if (clock.now() - beganAtMs >= waitMs) {
      throw new DataverseError(
        `${what} is being worked on by ${holder}. Wait for it, or stop it; if it cannot be running any more, remove ${path}`,
        { code: 'conflict' },
      )
    }
    if (!waiting) onWait?.(holder)
    waiting = true
    await abortableDelay(clock, pollMs, signal)
  }
}

/** One attempt: the lock, another attempt because the old one has just gone, or who holds it. */
async function tryToLock(path: string): Promise<'locked' | 'again' | Found> {
  if (await createExclusively(path, `${JSON.stringify(ownIdentity())}\n`)) return 'locked'
  const found = await readHolder(path)
  if (found === undefined) return 'again'
  if (isHeld(found.holder)) return found
  await clearAway(path, found.text)
  return 'again'
}

/** The lock appears with its text in it, in one step: a process that dies here leaves none that names nobody. */
async function createExclusively(path: string, text: string): Promise<boolean> {
  const prepared = `${path}.${process.pid}.${randomUUID()}`
  try {
    await writeFile(prepared, text)
    await linkOrWrite(prepared, path, text)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw toFileError(error, 'create', path)
  } finally {
    await rm(prepared, { force: true }).catch(() => undefined)
  }
}

async function linkOrWrite(prepared: string, path: string, text: string): Promise<void> {
  try {
    await link(prepared, path)
  } catch (error) {
    // Some file systems know no links.
    if (!['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'].includes(codeOf(error) ?? '')) throw error
    await writeFile(path, text, { flag: 'wx' })
  }
}

interface Found {
  readonly text: string
  readonly holder: ProcessIdentity | undefined
}

async function readHolder(path: string): Promise<Found | undefined> {
  try {
    const text = await readFile(path, 'utf8')
    return { text, holder: parseHolder(text) }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw toFileError(error, 'read', path)
  }
}

function parseHolder(text: string): ProcessIdentity | undefined {
  try {
    const { pid, host, began } = JSON.parse(text) as Partial<ProcessIdentity>
    if (!Number.isSafeInteger(pid) || typeof host !== 'string') return undefined
    return { pid: pid!, host, ...(typeof began === 'string' ? { began } : {}) }
  } catch {
    return undefined
  }
}

function isHeld(holder: ProcessIdentity | undefined): boolean {
  // A file without a name in it is not ours to judge.
  return holder === undefined || isRunning(holder)
}

/** Removes the lock only if it still is the one that was looked at: another process may have been quicker. */
async function clearAway(path: string, text: string): Promise<void> {
  const taken = `${path}.${process.pid}.stale`
  try {
    await rename(path, taken)
    const isTheOne = (await readFile(taken, 'utf8')) === text
    if (isTheOne) await rm(taken, { force: true })
    else await rename(taken, path)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw toFileError(error, 'remove', path)
  }
}

function describe(holder: ProcessIdentity | undefined): string {
  return holder === undefined ? 'a process that is not named' : `process ${holder.pid} on ${holder.host}`
}
