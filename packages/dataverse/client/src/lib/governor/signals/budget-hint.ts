import type { ResponseHeaders } from '../../transport/response.js'
import type { ServiceLimits } from '../report/governor-stats.js'

/** What the headers say is left of a window, and how far that asks to ease off. */
export interface BudgetHint {
  observe(headers: ResponseHeaders, nowMs: number): void
  /** What was read so far says nothing any more. */
  forget(): void
  /** The share of the ceiling to use, from 0 to 1; 1 while there is plenty or nothing is known. */
  share(limits: ServiceLimits, nowMs: number): number
  /** Whether the requests under way use up all that is left, on every server that answered of late. */
  isSpent(elapsedMs: number, inFlight: number): boolean
  remaining(): { requests?: number; executionMs?: number }
}

/** Below this part of the budget the ceiling comes down, in proportion. What lies there unused is a loss, so it is small. */
const easeBelow = 0.04
/** A window slides on: an old reading says nothing. */
const staleAfterMs = 60_000
/** Several servers take turns in answering, each with a number of its own: so many readings are looked at then. */
const readings = 6
/** A budget that rises by this part of itself from one answer to the next is another server's. */
const jump = 0.02
/** How many answers that is remembered. */
const jumpMemory = 500

/**
 * Reads `x-ms-ratelimit-burst-remaining-xrm-requests` and `x-ms-ratelimit-time-remaining-xrm-requests`. They are meant for
 * debugging and belong to the one server that answered (Microsoft Learn: Service protection API limits), so they ease off
 * early and decide nothing: without them the gate does the same later, at the cost of a refusal.
 */
export function createBudgetHint(): BudgetHint {
  const requests = createReading()
  const execution = createReading()
  let seenMs = Number.NEGATIVE_INFINITY

  function forget(): void {
    requests.forget()
    execution.forget()
  }

  return {
    forget,
    observe(headers, nowMs) {
      const left = parseAmount(headers['x-ms-ratelimit-burst-remaining-xrm-requests'])
      const seconds = parseAmount(headers['x-ms-ratelimit-time-remaining-xrm-requests'])
      if (left === undefined && seconds === undefined) return
      if (nowMs - seenMs > staleAfterMs) forget()
      seenMs = nowMs
      if (left !== undefined) requests.take(left)
      if (seconds !== undefined) execution.take(seconds * 1_000)
    },
    share(limits, nowMs) {
      if (nowMs - seenMs > staleAfterMs) return 1
      const least = Math.min(requests.share(limits.requests), execution.share(limits.executionMs))
      return Math.min(1, least / easeBelow)
    },
    isSpent(elapsedMs, inFlight) {
      const [left, leftMs] = [requests.most(), execution.most()]
      if (left !== undefined && left < 1) return true
      // The one that was just answered is paid for; half a request is not worth a refusal.
      return leftMs !== undefined && leftMs < (inFlight - 0.5) * elapsedMs
    },
    remaining() {
      const [left, ms] = [requests.last(), execution.last()]
      return {
        ...(left === undefined ? {} : { requests: left }),
        ...(ms === undefined ? {} : { executionMs: ms }),
      }
    },
  }
}

interface Reading {
  take(value: number): void
  forget(): void
  last(): number | undefined
  /** What is left where most is left; `undefined` when it never was above zero, so that the header means nothing. */
  most(): number | undefined
  /** What is left where least is left, as a part of the most that ever was, or of the limit should that be less. */
  share(limit: number): number
}

function createReading(): Reading {
  const recent: number[] = []
  let highest = 0
  let jumpedAgo = Number.POSITIVE_INFINITY

  /** With one server the last reading is the truth; with several, each has one. */
  function current(): readonly number[] {
    return jumpedAgo < jumpMemory ? recent : recent.slice(-1)
  }

  return {
    take(value) {
      const previous = recent.at(-1)
      jumpedAgo = previous !== undefined && value - previous > jump * highest ? 0 : jumpedAgo + 1
      recent.push(value)
      if (recent.length > readings) recent.shift()
      highest = Math.max(highest, value)
    },
    forget() {
      recent.length = 0
    },
    last: () => recent.at(-1),
    most: () => (recent.length === 0 || highest === 0 ? undefined : Math.max(...current())),
    share: (limit) =>
      recent.length === 0 || highest === 0 ? 1 : Math.min(...current()) / Math.min(highest, limit),
  }
}

function parseAmount(text: string | undefined): number | undefined {
  if (text === undefined || !/^\s*\d[\d,]*(?:\.\d+)?\s*$/.test(text)) return undefined
  return Number(text.replaceAll(',', ''))
}
