/** Lets a number of pieces of work run at a time; the others wait in order. */
export type ConcurrencyGate = <Value>(work: () => Promise<Value>) => Promise<Value>

/** Creates a gate for `limit` at a time. */
export function createConcurrencyGate(limit: number): ConcurrencyGate {
  const waiting: (() => void)[] = []
  let running = 0
  return async (work) => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve))
    else running += 1
    try {
      return await work()
    } finally {
      // The place is handed on and not freed, so that nobody can slip in between.
      const next = waiting.shift()
      if (next === undefined) running -= 1
      else next()
    }
  }
}
