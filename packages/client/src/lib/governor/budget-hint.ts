import type { ResponseHeaders } from '../response.js'
import type { ServiceLimits } from './governor-snapshot.js'

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
/** Servers take turns in answering, each with a number of its own: the lowest of so many counts. */
const readings = 6

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
  /** The highest of the last readings; `undefined` when none of them ever was above zero, so that they mean nothing. */
  most(): number | undefined
  /** What is left as a part of the most that was ever left, or of the limit should that be less. */
  share(limit: number): number
}

function createReading(): Reading {
  const recent: number[] = []
  let most = 0
  return {
    take(value) {
      recent.push(value)
      if (recent.length > readings) recent.shift()
      most = Math.max(most, value)
    },
    forget() {
      recent.length = 0
    },
    most: () => (recent.length === 0 || most === 0 ? undefined : Math.max(...recent)),
    last: () => recent.at(-1),
    share: (limit) => (recent.length === 0 || most === 0 ? 1 : Math.min(...recent) / Math.min(most, limit)),
  }
}

function parseAmount(text: string | undefined): number | undefined {
  if (text === undefined || !/^\s*\d[\d,]*(?:\.\d+)?\s*$/.test(text)) return undefined
  return Number(text.replaceAll(',', ''))
}
