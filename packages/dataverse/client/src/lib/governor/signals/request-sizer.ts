import { defineOptions, type OptionsInput, whole } from '@deltaverse/options'

/** What became of a sized request. */
export interface SizedRequest {
  /** Rows that were in it. */
  readonly rows: number
  /** How long the service took: `elapsedMs` of the response, without any waiting before it was sent. */
  readonly durationMs: number
  /** `false` when it took too long or was too large; leave out requests that failed for reasons of their own. */
  readonly ok: boolean
}

/** Finds the number of rows with which a request takes the service 0.5 to 2 seconds. */
export interface RequestSizer {
  /** Rows for the next request. */
  next(): number
  /** Tells how a request went. */
  record(request: SizedRequest): void
}

const options = defineOptions('sizer()', {
  startRows: whole({ default: 100, min: 1, doc: 'Rows of the first request.' }),
  maxRows: whole({ default: 1_000, min: 1, doc: 'Most rows in a request.' }),
})

export type RequestSizerOptions = OptionsInput<typeof options.spec>

const aimMs = 1_000
const shortestMs = 500
const longestMs = 2_000
const memory = 0.3

/**
 * Makes a sizer. Shorter requests waste the request budget of the service's window, longer ones run into timeouts; in
 * between, only the fixed part of a request counts. A size is at most doubled or halved by one answer.
 *
 * @throws TypeError for sizes that are no numbers, RangeError for those that are no whole ones from 1
 */
export function createRequestSizer(input: RequestSizerOptions = {}): RequestSizer {
  const { startRows, maxRows } = options.parse(input)
  let size = Math.min(startRows, maxRows)
  let msPerRow: number | undefined

  function resize(rows: number): void {
    size = Math.max(1, Math.min(maxRows, Math.round(rows)))
  }

  return {
    next: () => size,
    record({ rows, durationMs, ok }) {
      if (!(rows >= 1) || !(durationMs >= 0)) return
      if (!ok) {
        // Only what was at least as large as today's size says something about it.
        if (rows >= size) resize(rows / 2)
        msPerRow = undefined
        return
      }
      const measured = Math.max(durationMs, 1) / rows
      msPerRow = msPerRow === undefined ? measured : msPerRow + memory * (measured - msPerRow)
      const expectedMs = msPerRow * size
      if (expectedMs >= shortestMs && expectedMs <= longestMs) return
      // A request of another size, or a small rest, must not throw today's size far off.
      resize(size * Math.max(0.5, Math.min(2, aimMs / expectedMs)))
    },
  }
}
