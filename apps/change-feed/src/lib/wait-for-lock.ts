import { abortableDelay, isDataverseError, systemClock } from '@deltaverse/core'
import { acquireFileLock, type FileLock } from '@deltaverse/durable-files'

export interface LockWait {
  /** How long to wait for another process to release it, in milliseconds. */
  readonly waitMs: number
  /** Called once when it begins to wait, with what is known of the holder. */
  readonly onWait: (why: string) => void
  readonly signal: AbortSignal
}

const pollMs = 100

/** Takes a lock, waiting for its holder. @throws DataverseError `conflict` that names the holder; `signal.reason` */
export async function waitForLock(
  path: string,
  what: string,
  { waitMs, onWait, signal }: LockWait,
): Promise<FileLock> {
  const beganAtMs = systemClock.now()
  for (let attempts = 1; ; attempts += 1) {
    signal.throwIfAborted()
    try {
      return await acquireFileLock(path, what)
    } catch (error) {
      const isHeld = isDataverseError(error) && error.code === 'conflict'
      if (!isHeld || systemClock.now() - beganAtMs >= waitMs) throw error
      if (attempts === 1) onWait(error.message)
      await abortableDelay(systemClock, pollMs, signal)
    }
  }
}
