/** Spreads a load that uses up every window over the whole of it, instead of a rush and a long wait. */
export interface Pace {
  /** A request ended. */
  worked(elapsedMs: number, nowMs: number): void
  /** The gate opened after the window was used up. */
  opened(closedForMs: number, nowMs: number): void
  /** As many at a time as use up a window with some time to spare; `Infinity` while windows are not used up. */
  bound(): number
}

/** Windows are used up when the gate was closed for this part of one. */
const closedShare = 0.2
/** Above the average, so that all of a window is used whatever else happens in it. */
const spare = 1.5

/**
 * Makes a pace. On average the service takes as much at a time as it gives execution time for, 4 for each server by the
 * documented limits; a rush far above that gains nothing, and costs where the service begins to queue.
 */
export function createPace(windowMs: () => number, startMs: number): Pace {
  let fromMs = startMs
  let workedMs = 0
  let closedMs = 0
  let bound = Number.POSITIVE_INFINITY

  function review(nowMs: number): void {
    const cycleMs = nowMs - fromMs
    const usedUp = closedMs > closedShare * cycleMs
    bound = usedUp ? Math.max(2, Math.ceil((spare * workedMs) / cycleMs)) : Number.POSITIVE_INFINITY
    fromMs = nowMs
    workedMs = 0
    closedMs = 0
  }

  return {
    worked(elapsedMs, nowMs) {
      workedMs += elapsedMs
      // The gate did not close at the end of this window.
      if (nowMs - fromMs > 1.5 * windowMs()) review(nowMs)
    },
    opened(closedForMs, nowMs) {
      closedMs += closedForMs
      if (nowMs - fromMs >= 0.9 * windowMs()) review(nowMs)
    },
    bound: () => bound,
  }
}
