import type { Interceptor } from '@deltaverse/client'

/** Counts requests: those that read and those that may write. */
export interface RequestCounter {
  readonly interceptor: Interceptor
  counts(): RequestCounts
}

export interface RequestCounts {
  readonly reads: number
  readonly writes: number
}

export function createRequestCounter(): RequestCounter {
  let reads = 0
  let writes = 0
  return {
    interceptor: (next) => (request) => {
      if (request.method === 'GET') reads += 1
      else writes += 1
      return next(request)
    },
    counts: () => ({ reads, writes }),
  }
}
