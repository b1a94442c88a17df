import type { Interceptor, OutgoingRequest } from '@deltaverse/client'
import { kindOfRequest, type RequestCountsByKind, type RequestKind } from '../report/request-kinds.js'

/** Counts requests: those that read, those that may write, and those that were sent again. */
export interface RequestCounter {
  readonly interceptor: Interceptor
  /** One is sent again. */
  noteRepeat(request: OutgoingRequest): void
  counts(): RequestCounts
  /** All of them by what they are for. */
  kinds(): RequestCountsByKind
  /** How many of one table were sent again. */
  repeatsOf(entitySet: string): number
}

export interface RequestCounts {
  /** Repetitions included, here and below. */
  readonly reads: number
  readonly writes: number
}

export function createRequestCounter(): RequestCounter {
  const kinds = new Map<RequestKind, number>()
  const repeats = new Map<string, number>()
  let reads = 0
  let writes = 0
  let repeated = 0
  function count(method: string): void {
    if (method === 'GET') reads += 1
    else writes += 1
  }
  return {
    interceptor: (next) => (request) => {
      count(request.method)
      const kind = kindOfRequest(request.method, request.path)
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
      return next(request)
    },
    noteRepeat({ method, url }) {
      count(method)
      repeated += 1
      const [, set = ''] = /\/api\/data\/v[\d.]+\/(\w+)/.exec(url) ?? []
      repeats.set(set, (repeats.get(set) ?? 0) + 1)
    },
    counts: () => ({ reads, writes }),
    kinds: () => ({ ...Object.fromEntries(kinds), ...(repeated > 0 && { repeated }) }),
    repeatsOf: (entitySet) => repeats.get(entitySet) ?? 0,
  }
}
