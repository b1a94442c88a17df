/** What one request cost. */
export interface RequestFeedback {
  readonly rows: number
  /** From sending to the end of the answer, in milliseconds. */
  readonly durationMs: number
}

/** Decides how many rows go into a request. */
export interface RequestSizer {
  /** Rows of the next request, at least 1. */
  rows(): number
  /** Learns from a request that was answered. */
  report(feedback: RequestFeedback): void
}

export interface RequestSizerOptions {
  /** Rows of the first request. Default: 100. */
  readonly startRows?: number | undefined
  /** Default: 1,000, which is also the most that a batch may hold. */
  readonly maxRows?: number | undefined
  /** A request that takes less is too small, in milliseconds. Default: 500. */
  readonly shortestMs?: number | undefined
  /** A request that takes more is too large, in milliseconds. Default: 2,000. */
  readonly longestMs?: number | undefined
}

/**
 * Sizes requests to a span of service time: shorter ones spend the budget of requests on overhead, longer ones run into
 * time-outs and lose much when they fail. One report changes the size by a factor of 2 at most, because a single slow
 * answer says little.
 */
export function createRequestSizer(options: RequestSizerOptions = {}): RequestSizer {
  const { startRows = 100, maxRows = 1_000, shortestMs = 500, longestMs = 2_000 } = options
  if (!(maxRows >= 1 && maxRows <= 1_000))
    throw new RangeError(`maxRows must be from 1 to 1000, received ${maxRows}`)
  if (!(startRows >= 1)) throw new RangeError(`startRows must be at least 1, received ${startRows}`)
  if (!(shortestMs > 0 && longestMs > shortestMs)) {
    throw new RangeError(`longestMs must exceed shortestMs, received ${longestMs} and ${shortestMs}`)
  }
  const targetMs = Math.sqrt(shortestMs * longestMs)
  let size = Math.min(startRows, maxRows)
  return {
    rows: () => size,
    report({ rows, durationMs }) {
      if (durationMs > longestMs) {
        size = Math.max(1, Math.min(size, Math.floor(rows * Math.max(0.5, targetMs / durationMs))))
      } else if (durationMs < shortestMs && rows >= size) {
        const factor = Math.min(2, targetMs / Math.max(1, durationMs))
        size = Math.min(maxRows, Math.ceil(size * factor))
      }
    },
  }
}
