import { createHash, randomUUID } from 'node:crypto'
import { DataverseError } from '@deltaverse/core'
import { attempt, codeOf, ifThere, toFileError } from './file-error.js'
import type { Files } from './files.js'
import { nodeFiles } from './node-files.js'
import { machineProcesses, type Processes, type ProcessIdentity } from './process-identity.js'
import { writeFully } from './write-fully.js'

/** Held until released. */
export interface FileLock {
  /** Whether the file still is the one that was made: somebody may have removed it, and somebody else taken the lock. */
  isHeld(): Promise<boolean>
  /** Removes the file, unless somebody else took the lock in the meantime. Safe to call twice. */
  release(): Promise<void>
}

export interface FileLockOptions {
  /** Default: `nodeFiles`. */
  readonly files?: Files | undefined
  /** Default: the processes of this machine. */
  readonly processes?: Processes | undefined
}

/**
 * Tries once to take a lock that one process holds at a time: a file that names its holder. The lock of a process of this
 * machine that has died is taken over, by one of those who find it. The folder must exist.
 *
 * It tells processes apart, not disks that were cut off: on a network share, a holder on another machine always counts as
 * running.
 *
 * @param what names what is locked, for the message: `the checkpoint products in out`
 * @throws DataverseError `conflict` that names the holder; `sink-failed` when the file cannot be written
 */
export async function acquireFileLock(
  path: string,
  what: string,
  { files = nodeFiles, processes = machineProcesses }: FileLockOptions = {},
): Promise<FileLock> {
  const place: Place = { files, processes }
  for (;;) {
    const outcome = await tryToLock(place, path)
    if (outcome === 'again') continue
    if ('text' in outcome) return lockOf(place, path, outcome.text)
    throw new DataverseError(
      `${what} is held by ${describe(outcome.holder)}. Wait for it, or stop it; if it cannot be running any more, remove ${path}`,
      { code: 'conflict', retryable: true },
    )
  }
}

interface Place {
  readonly files: Files
  readonly processes: Processes
}

interface Held {
  readonly holder: ProcessIdentity | undefined
}

function lockOf(place: Place, path: string, text: string): FileLock {
  const { files } = place
  const isHeld = async () => (await readText(files, path)) === text
  return {
    isHeld,
    release: async () => {
      if (await isHeld()) await remove(files, path)
    },
  }
}

/** One attempt: the text of the lock that was made, or who holds it, or another attempt because the old one has just gone. */
async function tryToLock(place: Place, path: string): Promise<{ readonly text: string } | Held | 'again'> {
  const { files, processes } = place
  const text = `${JSON.stringify({ ...processes.own(), lock: randomUUID() })}\n`
  if (await createExclusively(files, path, text)) return { text }
  const found = await readText(files, path)
  if (found === undefined) return 'again'
  const holder = parseHolder(found)
  // A file without a name in it is not ours to judge.
  if (holder === undefined || processes.isRunning(holder)) return { holder }
  return await clearAway(place, path, found)
}

/**
 * Removes the lock of a process that died. Two may find it at once, and the slower one must not remove the lock that the quicker
 * one made in its place. So the right to remove this very lock is a lock itself, named after its text: only who holds it
 * removes, and the file cannot change between its last look and the removal, as nobody else would touch it.
 */
async function clearAway(place: Place, path: string, text: string): Promise<Held | 'again'> {
  const rightPath = `${path}.${createHash('sha256').update(text).digest('hex').slice(0, 16)}`
  const outcome = await tryToLock(place, rightPath)
  if (outcome === 'again' || !('text' in outcome)) return outcome
  const right = lockOf(place, rightPath, outcome.text)
  try {
    if ((await readText(place.files, path)) === text) await remove(place.files, path)
  } finally {
    await right.release()
  }
  return 'again'
}

/** The lock appears with its text in it, in one step: a process that dies here leaves none that names nobody. */
async function createExclusively(files: Files, path: string, text: string): Promise<boolean> {
  const prepared = `${path}.${process.pid}.${randomUUID()}`
  try {
    await write(files, prepared, text)
    await linkOrWrite(files, prepared, path, text)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw toFileError(error, 'create', path)
  } finally {
    await files.rm(prepared).catch(() => undefined)
  }
}

async function linkOrWrite(files: Files, prepared: string, path: string, text: string): Promise<void> {
  try {
    await files.link(prepared, path)
  } catch (error) {
    if (!isWithoutLinks(error)) throw error
    await write(files, path, text)
  }
}

/** Whether the error says that the file system knows no second names for a file. */
export function isWithoutLinks(error: unknown): boolean {
  return ['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'].includes(codeOf(error) ?? '')
}

async function write(files: Files, path: string, text: string): Promise<void> {
  const file = await files.open(path, 'wx')
  try {
    await writeFully(file, [Buffer.from(text)], 0)
    // A power cut would leave a lock that names nobody, and nobody could take it over.
    await file.sync()
  } finally {
    await file.close()
  }
}

async function readText(files: Files, path: string): Promise<string | undefined> {
  const bytes = await attempt('read', path, () => ifThere(files.readFile(path)))
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8')
}

async function remove(files: Files, path: string): Promise<void> {
  await attempt('remove', path, () => ifThere(files.rm(path)))
}

function parseHolder(text: string): ProcessIdentity | undefined {
  try {
    const { pid, host, began } = JSON.parse(text) as Partial<ProcessIdentity>
    if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || typeof host !== 'string') return undefined
    return { pid, host, ...(typeof began === 'string' ? { began } : {}) }
  } catch {
    return undefined
  }
}

function describe(holder: ProcessIdentity | undefined): string {
  return holder === undefined ? 'a process that is not named' : `process ${holder.pid} on ${holder.host}`
}
