/** The time that the limits run in. */
export interface ModelTime {
  /** Milliseconds. Never goes back. */
  now(): number
  /** Resolves after so many milliseconds of this time. */
  wait(ms: number, signal: AbortSignal): Promise<void>
}

/** Time that passes `scale` times as fast as the clock. */
export function createModelTime(
  clock: () => number,
  wait: (ms: number, signal: AbortSignal) => Promise<void>,
  scale: number,
): ModelTime {
  // Date.now counts whole milliseconds, which is coarse when each of them is worth many.
  const read = clock === Date.now ? () => performance.timeOrigin + performance.now() : clock
  const start = read()
  let latest = start
  return {
    now() {
      latest = Math.max(latest, start + (read() - start) * scale)
      return latest
    },
    async wait(ms, signal) {
      const target = latest + ms
      await wait(ms / scale, signal)
      // A wait that is cut short by whoever injected it has still passed.
      latest = Math.max(latest, target)
    },
  }
}
