import type { Interceptor } from '@deltaverse/client'
import { inPhase } from './limited-scenario.js'

/** Lets through as many requests at a time as are planned for the phase. */
export function limitByPhase(planned: readonly number[], elapsedMs: () => number): Interceptor {
  const waiting: (() => void)[] = []
  let underWay = 0
  const hasRoom = (): boolean => underWay < inPhase(planned, elapsedMs())

  function enter(): Promise<void> | undefined {
    if (waiting.length > 0 || !hasRoom()) return new Promise((resolve) => waiting.push(resolve))
    underWay += 1
    return undefined
  }

  function leave(): void {
    underWay -= 1
    // When more may go out than before, the next answer lets them: there is always one on its way.
    while (waiting.length > 0 && hasRoom()) {
      underWay += 1
      waiting.shift()?.()
    }
  }

  return (next) => async (request) => {
    await enter()
    try {
      return await next(request)
    } finally {
      leave()
    }
  }
}
