import type { ModelTime } from './model-time.js'

/** Works on requests side by side; with more of them than it can serve at full speed, all slow down alike. */
export interface Processor {
  /** Resolves with the milliseconds that passed until `workMs` of work were done. */
  run(workMs: number): Promise<number>
  close(): void
}

interface Job {
  remaining: number
  readonly startedAt: number
  readonly done: (elapsedMs: number) => void
}

/** Below this, work is done: milliseconds since the epoch have no finer fractions. */
const crumbMs = 1e-3

/** A saturation that changes is looked at this often, besides when a job comes or ends. */
const sampleMs = 1_000

/** Creates a processor that gives each of `n` jobs the speed `min(1, saturation / n)`. */
export function createProcessor(
  time: ModelTime,
  saturation: number | ((nowMs: number) => number),
): Processor {
  let jobs: Job[] = []
  let settledAt = time.now()
  let alarm: AbortController | undefined
  let closed = false

  const saturationAt = typeof saturation === 'number' ? () => saturation : saturation
  const longestStepMs = typeof saturation === 'number' ? Number.POSITIVE_INFINITY : sampleMs
  const speed = (): number => Math.min(1, saturationAt(settledAt) / jobs.length)
  const shortest = (): number => Math.min(...jobs.map((job) => job.remaining))

  /** Does the work up to a moment, finishing each job at its own time. */
  function settle(now: number): void {
    while (jobs.length > 0) {
      const currentSpeed = speed()
      const step = Math.min(shortest() / currentSpeed, now - settledAt, longestStepMs)
      const share = step * currentSpeed
      settledAt += step
      for (const job of jobs) job.remaining -= share
      const done = jobs.filter((job) => job.remaining <= crumbMs)
      if (done.length === 0 && now - settledAt <= 0) break
      jobs = jobs.filter((job) => job.remaining > crumbMs)
      for (const job of done) job.done(settledAt - job.startedAt)
    }
    settledAt = Math.max(settledAt, now)
  }

  function setAlarm(): void {
    alarm?.abort()
    alarm = undefined
    if (jobs.length === 0 || closed) return
    const current = new AbortController()
    alarm = current
    const ms = Math.min(shortest() / speed(), longestStepMs)
    time.wait(ms, current.signal).then(
      () => {
        if (alarm !== current) return
        settle(Math.max(time.now(), settledAt + ms))
        setAlarm()
      },
      // Replaced by a nearer alarm, or closed.
      () => {},
    )
  }

  return {
    run(workMs) {
      return new Promise((resolve) => {
        const now = Math.max(time.now(), settledAt)
        settle(now)
        jobs.push({ remaining: workMs, startedAt: now, done: resolve })
        settle(now)
        setAlarm()
      })
    },
    close() {
      closed = true
      alarm?.abort()
      for (const job of jobs) job.done(0)
      jobs = []
    },
  }
}
