/** Aborts by itself or with somebody else's signal. */
export interface LinkedAbort {
  readonly signal: AbortSignal
  abort(reason: unknown): void
  /** Leaves the other signal alone from now on. */
  unlink(): void
}

/** Not `AbortSignal.any()`: on a signal that outlives thousands of syncs it leaves something behind with each of them. */
export function linkedAbort(other: AbortSignal | undefined): LinkedAbort {
  const controller = new AbortController()
  const onAbort = (): void => controller.abort(other?.reason)
  if (other?.aborted) onAbort()
  else other?.addEventListener('abort', onAbort, { once: true })
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    unlink: () => other?.removeEventListener('abort', onAbort),
  }
}
