import type { Clock } from './clock.js'

/**
 * The one wait of this package. Rejects with `signal.reason`, untouched, as soon as the signal aborts, whatever the clock
 * does, and leaves no listener behind.
 */
export async function abortableDelay(
  clock: Clock,
  delayMs: number,
  signal?: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted()
  await settleOrAbort(clock.delay(delayMs, signal), signal)
}

/** Waits for a promise, but not longer than the signal allows. The promise itself goes on. */
export function settleOrAbort<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason)
    const settled = (): void => signal.removeEventListener('abort', onAbort)
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, (error: unknown) => reject(signal.aborted ? signal.reason : error)).finally(settled)
  })
}
