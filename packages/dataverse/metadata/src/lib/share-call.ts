/** Work that several callers wait for. It is given up when the last of them has gone. */
export interface SharedCall<Value> {
  /** Waits for the result, but not longer than the signal allows. */
  join(signal?: AbortSignal | undefined): Promise<Value>
  /** Whether nobody waits any more, so that the work was or will be aborted. */
  readonly abandoned: boolean
}

/** Starts work at once and shares its result. */
export function shareCall<Value>(work: (signal: AbortSignal) => Promise<Value>): SharedCall<Value> {
  const controller = new AbortController()
  const result = work(controller.signal)
  // Somebody may have gone before the work fails; who still waits is told by join().
  result.catch(() => {})
  let waiting = 0
  let settled = false
  const settle = (): void => {
    settled = true
  }
  result.then(settle, settle)

  function leave(): void {
    waiting -= 1
    if (waiting === 0 && !settled) controller.abort(new DOMException('Nobody waits any more', 'AbortError'))
  }

  return {
    get abandoned() {
      return controller.signal.aborted
    },
    join(signal) {
      if (signal === undefined) {
        waiting += 1
        return result
      }
      if (signal.aborted) return Promise.reject(signal.reason)
      waiting += 1
      return new Promise<Value>((resolve, reject) => {
        const onAbort = (): void => {
          reject(signal.reason)
          leave()
        }
        signal.addEventListener('abort', onAbort, { once: true })
        const done = (): void => signal.removeEventListener('abort', onAbort)
        result.then(resolve, reject).finally(done)
      })
    },
  }
}
