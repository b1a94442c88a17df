import type { Clock } from '@deltaverse/core'
import { createPace } from '../admission/pace.js'
import type { GovernorSettings } from '../governor-options.js'
import type { CeilingReason } from '../report/governor-event.js'
import type { GovernorStats, ServiceLimits } from '../report/governor-stats.js'
import type { Answer } from './answer.js'
import { createBudgetHint } from './budget-hint.js'
import { createConcurrencyCap } from './concurrency-cap.js'
import { createLatencyWatch } from './latency-watch.js'
import { documentedLimits, learnLimits } from './service-limits.js'

/** How many requests may be under way, and why. */
export interface CeilingValue {
  readonly ceiling: number
  readonly reason: CeilingReason
}

/** Puts together all that bounds the number of requests at a time. */
export interface Ceiling {
  value(nowMs: number): CeilingValue
  observe(answer: Answer, inFlight: number, nowMs: number): void
  /** A refusal; the text may name the limit that was applied. */
  refuse(tooManyAtATime: boolean, message: string, inFlight: number): void
  /** Whether the headers say that the requests under way use up the window. */
  isBudgetSpent(elapsedMs: number, inFlight: number): boolean
  /** The gate was closed for a while: what was read before says nothing any more. */
  opened(closedForMs: number, nowMs: number, usedUp: boolean): void
  limits(): ServiceLimits
  remaining(): GovernorStats['remaining']
}

/** Until `x-ms-dop-hint` is known. */
const initialConcurrency = 4
/** Nobody queues in less: a clock of milliseconds and the way there and back decide about times below this. */
const shortestMs = 25

/** Makes a ceiling. A fixed one bends for nothing but a limit that a refusal named. */
export function createCeiling(
  options: Pick<GovernorSettings, 'concurrency' | 'maxConcurrency'> & { readonly clock: Clock },
): Ceiling {
  const { concurrency, maxConcurrency } = options
  const budget = createBudgetHint()
  const latency = createLatencyWatch()
  const cap = createConcurrencyCap()
  const pace = createPace(() => limits.windowMs, options.clock.now())
  let hint: number | undefined
  let limits = documentedLimits
  let named = Number.POSITIVE_INFINITY

  function recommended(): CeilingValue {
    const value: CeilingValue =
      concurrency !== 'auto'
        ? { ceiling: concurrency, reason: 'fixed' }
        : hint === undefined
          ? { ceiling: initialConcurrency, reason: 'initial' }
          : { ceiling: hint, reason: 'dop-hint' }
    return lower(value, Math.min(maxConcurrency, named), 'limit')
  }

  return {
    value(nowMs) {
      let value = recommended()
      if (concurrency !== 'auto') return value
      value = lower(value, cap.bound(), 'concurrency-refused')
      value = lower(value, latency.bound(), latency.isRising() ? 'rising' : 'latency')
      value = lower(value, pace.bound(), 'pace')
      const share = budget.share(limits, nowMs)
      return share === 1 ? value : lower(value, Math.round(value.ceiling * share), 'budget')
    },
    observe({ status, headers, elapsedMs, kind, units, inFlightAtStart = 0 }, inFlight, nowMs) {
      hint = parseDopHint(headers['x-ms-dop-hint']) ?? hint
      budget.observe(headers, nowMs)
      if (status < 200 || status >= 300 || elapsedMs === undefined) return
      cap.accept()
      pace.worked(elapsedMs, nowMs)
      const msPerUnit = Math.max(elapsedMs, shortestMs) / units
      // A queue that others have left by now is part of the time as well.
      const most = Math.max(inFlight, inFlightAtStart)
      latency.observe({ kind, msPerUnit, inFlight: most, ceiling: recommended().ceiling })
    },
    refuse(tooManyAtATime, message, inFlight) {
      const before = limits
      limits = learnLimits(limits, message)
      if (limits.concurrent !== before.concurrent) named = limits.concurrent
      if (tooManyAtATime) cap.refuse(inFlight)
    },
    isBudgetSpent: (elapsedMs, inFlight) => concurrency === 'auto' && budget.isSpent(elapsedMs, inFlight),
    opened(closedForMs, nowMs, usedUp) {
      budget.forget()
      if (usedUp) pace.opened(closedForMs, nowMs)
    },
    limits: () => limits,
    remaining: budget.remaining,
  }
}

/** The lower of a ceiling and another bound, with the reason of the one that wins. Never below 1. */
function lower(value: CeilingValue, bound: number, reason: CeilingReason): CeilingValue {
  return bound < value.ceiling ? { ceiling: Math.max(1, Math.floor(bound)), reason } : value
}

/** Reads `x-ms-dop-hint`. `undefined` for anything that is no whole number from 1. */
export function parseDopHint(text: string | undefined): number | undefined {
  const hint = text === undefined || !/^\s*\d{1,6}\s*$/.test(text) ? Number.NaN : Number(text)
  return hint >= 1 ? hint : undefined
}
