/** How a run ends before its source does. */
type Stopped = 'draining' | 'dropping'

/** Decides when a run stops early: what is under way is finished (`draining`), or given up (`dropping`). */
export interface StopPolicy {
  /** Undefined as long as the run goes on. */
  readonly stopped: Stopped | undefined
  /** One row more has failed. */
  countFailure(): void
  /** The run ends with this error; the first one counts. */
  fail(error: unknown): void
  /** The same, and nothing of it is finished. */
  giveUp(error: unknown): void
  /** @throws what the run failed with */
  throwFailure(): void
  /** Stops listening to the caller's signal. */
  close(): void
}

export interface StopPolicyOptions {
  readonly signal: AbortSignal | undefined
  readonly onAbort: 'stop' | 'drain'
  readonly stopAfterFailures: number
  /** Told when the run stops as it was asked to. */
  onStopped(reason: 'aborted' | 'failures'): void
  /** Told when nothing may be finished any more. */
  onGivenUp(error: unknown): void
}

export function createStopPolicy(options: StopPolicyOptions): StopPolicy {
  const { signal, onAbort, stopAfterFailures, onStopped, onGivenUp } = options
  let stopped: Stopped | undefined
  let failure: { readonly error: unknown } | undefined
  let failures = 0

  function stop(reason: 'aborted' | 'failures'): void {
    if (stopped !== undefined) return
    stopped = reason === 'failures' ? 'dropping' : 'draining'
    onStopped(reason)
  }

  function fail(error: unknown): void {
    failure ??= { error }
  }

  function giveUp(error: unknown): void {
    fail(error)
    stopped = 'dropping'
    onGivenUp(error)
  }

  function abort(): void {
    if (onAbort === 'drain') stop('aborted')
    else giveUp(signal?.reason)
  }

  if (signal?.aborted) abort()
  else signal?.addEventListener('abort', abort, { once: true })

  return {
    get stopped() {
      return stopped
    },
    countFailure() {
      failures += 1
      if (failures >= stopAfterFailures) stop('failures')
    },
    fail,
    giveUp,
    throwFailure() {
      if (failure !== undefined) throw failure.error
    },
    close: () => signal?.removeEventListener('abort', abort),
  }
}
