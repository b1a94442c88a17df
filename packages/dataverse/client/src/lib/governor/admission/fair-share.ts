import type { ServiceLimits } from '../report/governor-stats.js'

/** Counts what this client used of the sliding window, so that a share of it is left to others of the same user. */
export interface FairShare {
  sent(nowMs: number): void
  answered(elapsedMs: number, nowMs: number): void
  /** How long to hold back, in milliseconds; 0 when there is room. */
  holdMs(state: FingerprintState): number
}

interface FingerprintState {
  readonly nowMs: number
  readonly inFlight: number
  readonly limits: ServiceLimits
  /** What the headers say is left for everybody. */
  readonly remaining: { readonly requests?: number | undefined; readonly executionMs?: number | undefined }
}

interface Slice {
  readonly index: number
  requests: number
  executionMs: number
}

/** The window is kept in this many slices: the fingerprint store is bounded, and errs by one slice on the side of the others. */
const slices = 60
const memory = 0.2
/** When others use more than what is left to them, a quarter of it stays free all the same. */
const untouched = 0.25

/** Makes a fingerprint store that allows this share (above 0, below 1) of the limits. */
export function createFairShare(share: number): FairShare {
  const kept: Slice[] = []
  let used = { requests: 0, executionMs: 0 }
  let usualMs = 0
  let sliceMs = 5_000

  function slide(nowMs: number, windowMs: number): void {
    if (sliceMs !== windowMs / slices) {
      sliceMs = windowMs / slices
      kept.length = 0
      used = { requests: 0, executionMs: 0 }
    }
    const oldest = Math.floor(nowMs / sliceMs) - slices
    for (let first = kept[0]; first !== undefined && first.index < oldest; first = kept[0]) {
      kept.shift()
      used.requests -= first.requests
      used.executionMs -= first.executionMs
    }
  }

  function book(requests: number, executionMs: number, nowMs: number): void {
    const index = Math.floor(nowMs / sliceMs)
    let last = kept.at(-1)
    if (last === undefined || last.index < index) {
      last = { index, requests: 0, executionMs: 0 }
      kept.push(last)
    }
    last.requests += requests
    last.executionMs += executionMs
    used.requests += requests
    used.executionMs += executionMs
  }

  return {
    sent: (nowMs) => book(1, 0, nowMs),
    answered(elapsedMs, nowMs) {
      usualMs = usualMs === 0 ? elapsedMs : usualMs + memory * (elapsedMs - usualMs)
      book(0, elapsedMs, nowMs)
    },
    holdMs({ nowMs, inFlight, limits, remaining }) {
      slide(nowMs, limits.windowMs)
      const floor = (1 - share) * untouched
      const full =
        used.requests + 1 > share * limits.requests ||
        used.executionMs + (inFlight + 1) * usualMs > share * limits.executionMs ||
        (remaining.requests ?? limits.requests) < floor * limits.requests ||
        (remaining.executionMs ?? limits.executionMs) < floor * limits.executionMs
      return full ? (Math.floor(nowMs / sliceMs) + 1) * sliceMs - nowMs : 0
    },
  }
}
