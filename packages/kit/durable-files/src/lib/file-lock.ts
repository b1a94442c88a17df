import { createHash, randomUUID } from 'node:crypto'
import { DataverseError } from '@deltaverse/core'
import { attempt, codeOf, ifThere, toFileError } from './file-error.js'
import type { Files } from './files.js'
import { keepYoung } from './keep-young.js'
import { nodeFiles } from './node-files.js'
import { machineProcesses, type Processes, type ProcessIdentity } from './process-identity.js'
import { writeFully } from './write-fully.js'

/** Held until released. */
export interface FileLock {
  /** It was taken from a holder that may still run: one that had not renewed it for long. */
  readonly wasForced: boolean
  /** Whether the file still is the one that was made: somebody may have removed it, and somebody else taken the lock. */
  isHeld(): Promise<boolean>
  /** Removes the file, unless somebody else took the lock in the meantime. Safe to call twice. */
  release(): Promise<void>
  /** Stops renewing it and leaves the file, so that the next holder takes it over. */
  abandon(): void
}

export interface FileLockOptions {
  /** Default: `nodeFiles`. */
  readonly files?: Files | undefined
  /** Default: the processes of this machine. */
  readonly processes?: Processes | undefined
  /**
   * A lock that was not renewed for so many milliseconds may be taken over, whoever holds it; it is renewed four times as often.
   * By the times of files: the clocks of machines that share a folder have to agree to a small part of it. Default: 60,000.
   */
  readonly staleMs?: number | undefined
  /** Called once when it is found, while it is renewed, that somebody else has it. */
  readonly onLost?: (() => void) | undefined
}

const usualStaleMs = 60_000

/**
 * Tries once to take a lock that one process holds at a time: a file that names its holder, renewed while it is held. The lock
 * of a process of this machine that has died is taken over, by one of those who find it; and so is one that has grown old,
 * whoever holds it, or nobody: a holder on another machine or in another container cannot be asked. The folder must exist.
 *
 * A holder that was frozen and wakes does not know at once that the lock is gone: see `wasForced`, and `isHeld`.
 *
 * @param what names what is locked, for the message: `the checkpoint products in out`
 * @throws DataverseError `conflict` that names the holder; `sink-failed` when the file cannot be written
 */
export async function acquireFileLock(
  path: string,
  what: string,
  options: FileLockOptions = {},
): Promise<FileLock> {
  const { files = nodeFiles, processes = machineProcesses, staleMs = usualStaleMs } = options
  const place: Place = { files, processes, staleMs }
  let wasForced = false
  for (;;) {
    const outcome = await tryToLock(place, path, wasForced)
    if (outcome === 'again') continue
    if (outcome === 'forced') {
      wasForced = true
      continue
    }
    if ('text' in outcome)
      return renewed(lockOf(place, path, outcome.text, wasForced), place, path, outcome.text, options.onLost)
    throw new DataverseError(
      `${what} is held by ${describe(outcome.holder)}. Wait for it, or stop it; if it does not renew its lock, that is taken over ${Math.ceil(staleMs / 1000)} s after the last time. If it cannot be running any more, you may remove ${path}`,
      { code: 'conflict', retryable: true },
    )
  }
}

interface Place {
  readonly files: Files
  readonly processes: Processes
  readonly staleMs: number
}

interface Held {
  readonly holder: Holder | undefined
}

/** What a lock says of its holder. */
interface Holder extends ProcessIdentity {
  /** It took the lock from one that may still run. */
  readonly forced?: true
}

function lockOf({ files }: Place, path: string, text: string, wasForced: boolean): FileLock {
  const isHeld = async () => (await readText(files, path)) === text
  return {
    wasForced,
    isHeld,
    release: async () => {
      if (await isHeld()) await removeNamed(files, path, text)
    },
    abandon: () => undefined,
  }
}

/** Keeps a lock young until it is released. */
function renewed(
  lock: FileLock,
  { files, staleMs }: Place,
  path: string,
  text: string,
  onLost: (() => void) | undefined,
): FileLock {
  const renewal = keepYoung(files, path, text, staleMs / 4, () => onLost?.())
  return {
    ...lock,
    async release() {
      await renewal.stop()
      await lock.release()
    },
    abandon: () => void renewal.stop(),
  }
}

/**
 * One attempt: the text of the lock that was made; who holds it; or another attempt, because the old one has just gone, taken by
 * force where its holder may still run.
 */
async function tryToLock(
  place: Place,
  path: string,
  isForced: boolean,
): Promise<{ readonly text: string } | Held | 'again' | 'forced'> {
  const { files, processes } = place
  const text = `${JSON.stringify({ ...processes.own(), ...(isForced ? { forced: true } : {}), lock: randomUUID() })}\n`
  if (await createExclusively(files, path, text)) return { text }
  const found = await readText(files, path)
  if (found === undefined) return 'again'
  const holder = parseHolder(found)
  // A file without a name in it is not ours to judge, but for its age.
  const isDead = holder !== undefined && !processes.isRunning(holder)
  if (!isDead && !(await isOld(place, path))) return { holder }
  const outcome = await clearAway(place, path, found)
  // Whom the dead one had it from may still run, and nobody has written elsewhere yet for all we know.
  return outcome === 'again' && (!isDead || holder.forced === true) ? 'forced' : outcome
}

async function isOld({ files, staleMs }: Place, path: string): Promise<boolean> {
  const stats = await attempt('read', path, () => ifThere(files.stat(path)))
  return stats?.mtimeMs !== undefined && Date.now() - stats.mtimeMs > staleMs
}

/**
 * Removes the lock of a process that died. Two may find it at once, and the slower one must not remove the lock that the quicker
 * one made in its place. So the right to remove this very lock is a lock itself, named after its text: only who holds it
 * removes, and the file cannot change between its last look and the removal, as nobody else would touch it.
 */
async function clearAway(place: Place, path: string, text: string): Promise<Held | 'again'> {
  const rightPath = `${path}.${createHash('sha256').update(text).digest('hex').slice(0, 16)}`
  const outcome = await tryToLock(place, rightPath, false)
  if (outcome === 'again' || outcome === 'forced') return 'again'
  if (!('text' in outcome)) return outcome
  const right = lockOf(place, rightPath, outcome.text, false)
  try {
    if ((await readText(place.files, path)) === text) await removeNamed(place.files, path, text)
  } finally {
    await right.release()
  }
  return 'again'
}

/**
 * Removes the lock of this text. Behind the look at it we may stand still for long, and somebody else have made another one: it is moved
 * aside, which tells whose it was, and given back where it was not that one.
 */
async function removeNamed(files: Files, path: string, text: string): Promise<void> {
  const aside = `${path}.${process.pid}.${randomUUID()}`
  const moved = await attempt('remove', path, () => ifThere(files.rename(path, aside).then(() => true)))
  if (moved === undefined) return
  const found = await readText(files, aside)
  if (found !== undefined && found !== text) {
    // Where there are no links nobody can have it back; its holder finds out before it writes.
    await files.link(aside, path).catch(() => undefined)
  }
  await remove(files, aside)
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

function parseHolder(text: string): Holder | undefined {
  try {
    const { lock: _, ...holder } = JSON.parse(text) as Partial<Holder> & { readonly lock?: unknown }
    const { pid, host } = holder
    return Number.isSafeInteger(pid) && typeof host === 'string' ? (holder as Holder) : undefined
  } catch {
    return undefined
  }
}

function describe(holder: Holder | undefined): string {
  return holder === undefined ? 'a process that is not named' : `process ${holder.pid} on ${holder.host}`
}
