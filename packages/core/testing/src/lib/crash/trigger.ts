/** Where a run is made to crash: the n-th time that this is reached in it. */
export interface CrashPoint<Point extends string = string> {
  readonly at: Point
  readonly nth: number
}

/** Counts how often one point is reached, and does what is to be done at the n-th time. */
export interface Trigger<Point extends string = string> {
  /** What is done there may take time; who can wait there waits for it. */
  reached(point: Point): void | Promise<void>
  readonly fired: boolean
}

export function createTrigger<Point extends string>(
  at: CrashPoint<Point> | undefined,
  fire: () => void | Promise<void>,
): Trigger<Point> {
  let left = at?.nth ?? 0
  let fired = false
  return {
    reached(point) {
      if (fired || point !== at?.at) return
      left -= 1
      if (left > 0) return
      fired = true
      return fire()
    },
    get fired() {
      return fired
    },
  }
}
