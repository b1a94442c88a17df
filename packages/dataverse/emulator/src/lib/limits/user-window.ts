import type { ResolvedLimits } from './limits-options.js'

/** The limits of service protection. */
export type LimitFacet = 'requests' | 'executionTime' | 'concurrency'

/** Why and for how long a request is refused. */
export interface Refusal {
  readonly facet: LimitFacet
  readonly retryAfterSeconds: number
}

/** What one user did on one web server within the sliding window. */
export interface UserWindow {
  /** Counts a request in, or refuses it. */
  enter(now: number): Refusal | undefined
  /** Counts a request out with its execution time. */
  leave(now: number, elapsedMs: number): void
  /** What the window holds. */
  state(now: number): WindowState
}

export interface WindowState {
  readonly requests: number
  readonly executionMs: number
  readonly active: number
  /** How long every request is still refused; 0 when none is. */
  readonly blockedForMs: number
}

interface Entry {
  readonly at: number
  readonly amount: number
}

/** Creates an empty window. */
export function createUserWindow(limits: ResolvedLimits): UserWindow {
  const requests = createSlidingSum(limits.windowMs)
  const execution = createSlidingSum(limits.windowMs)
  let active = 0
  let block: { facet: LimitFacet; until: number } | undefined

  function spent(now: number): { facet: LimitFacet; freeAt: number } | undefined {
    if (requests.sum(now) >= limits.requests) {
      return { facet: 'requests', freeAt: requests.below(limits.requests) }
    }
    if (execution.sum(now) >= limits.executionTimeMs) {
      return { facet: 'executionTime', freeAt: execution.below(limits.executionTimeMs) }
    }
    return undefined
  }

  function refusal(now: number): Refusal | undefined {
    if (block !== undefined && now < block.until) {
      // Pushing on makes it longer, but a window without any request is an empty one.
      block.until = Math.min(block.until + limits.pushPenaltySeconds * 1000, now + limits.windowMs)
    } else {
      const full = spent(now)
      block = full && { facet: full.facet, until: full.freeAt }
    }
    if (block === undefined) return undefined
    return { facet: block.facet, retryAfterSeconds: Math.max(1, Math.ceil((block.until - now) / 1000)) }
  }

  return {
    enter(now) {
      const refused = refusal(now)
      if (refused !== undefined) return refused
      if (active >= limits.concurrency) {
        return { facet: 'concurrency', retryAfterSeconds: limits.concurrencyRetryAfterSeconds }
      }
      active += 1
      requests.add(now, 1)
      return undefined
    },
    leave(now, elapsedMs) {
      active -= 1
      execution.add(now, elapsedMs)
    },
    state: (now) => ({
      requests: requests.sum(now),
      executionMs: execution.sum(now),
      active,
      blockedForMs: block === undefined ? 0 : Math.max(0, block.until - now),
    }),
  }
}

interface SlidingSum {
  add(at: number, amount: number): void
  sum(now: number): number
  /** When the sum falls below a limit if nothing is added. */
  below(limit: number): number
}

function createSlidingSum(windowMs: number): SlidingSum {
  let entries: Entry[] = []
  let first = 0
  let total = 0

  function expire(now: number): void {
    for (let oldest = entries[first]; oldest !== undefined && oldest.at <= now - windowMs; ) {
      total -= oldest.amount
      first += 1
      oldest = entries[first]
    }
    if (first > 1024 && first > entries.length / 2) {
      entries = entries.slice(first)
      first = 0
    }
    if (first === entries.length) total = 0
  }

  return {
    add(at, amount) {
      entries.push({ at, amount })
      total += amount
    },
    sum(now) {
      expire(now)
      return total
    },
    below(limit) {
      let rest = total
      for (const { at, amount } of entries.slice(first)) {
        rest -= amount
        if (rest < limit) return at + windowMs
      }
      return Number.NEGATIVE_INFINITY
    },
  }
}
