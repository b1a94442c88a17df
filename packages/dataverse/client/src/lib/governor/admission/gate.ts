import type { GateReason } from '../report/governor-event.js'

/** The one gate that all requests of a credential pass. */
export interface Gate {
  /** Closes for this long; a gate that is closed for longer already stays so. Whether that changed anything. */
  close(forMs: number, reason: GateReason, nowMs: number): boolean
  /** When it opens; `undefined` when it is open. */
  closedUntilMs(nowMs: number): number | undefined
  reason(nowMs: number): GateReason | undefined
  /** How many may be under way: none while closed, few just after opening, then as many as the ceiling says. */
  allowance(nowMs: number): number
  /** Notes the opening once it happened. What was over then, else `undefined`. */
  noteOpening(nowMs: number, inFlight: number): Closing | undefined
  /** The service accepted a request. */
  accepted(): void
  /** Nothing is held back any more once this many may be under way. */
  settle(ceiling: number, nowMs: number): void
  /** When the allowance changes without an answer. */
  nextChangeMs(nowMs: number): number | undefined
}

/** A time that the gate was closed. */
interface Closing {
  readonly closedForMs: number
  readonly reason: GateReason
}

/** While reopening, one more may go out with every answer, and one with every such pause should answers be slow. */
const rampStepMs = 1_000

/** Makes an open gate. */
export function createGate(): Gate {
  let untilMs = Number.NEGATIVE_INFINITY
  let closedAtMs = 0
  let longestMs = 0
  let why: GateReason = 'requests-refused'
  let shut = false
  let ramp: { fromMs: number; base: number; accepted: number } | undefined

  const steps = (nowMs: number): number =>
    ramp === undefined ? 0 : Math.max(0, Math.floor((nowMs - ramp.fromMs) / rampStepMs))

  return {
    close(forMs, reason, nowMs) {
      const until = nowMs + forMs
      if (shut && until <= untilMs) return false
      if (!shut) {
        closedAtMs = nowMs
        longestMs = 0
      }
      longestMs = Math.max(longestMs, forMs)
      shut = true
      untilMs = until
      why = reason
      ramp = undefined
      return true
    },
    closedUntilMs: (nowMs) => (shut && nowMs < untilMs ? untilMs : undefined),
    reason: (nowMs) => (shut && nowMs < untilMs ? why : undefined),
    allowance(nowMs) {
      if (shut) return 0
      return ramp === undefined ? Number.POSITIVE_INFINITY : ramp.base + ramp.accepted + 1 + steps(nowMs)
    },
    noteOpening(nowMs, inFlight) {
      // A clock that was set back must not keep the gate closed for longer than anybody asked.
      if (shut) untilMs = Math.min(untilMs, nowMs + longestMs)
      if (!shut || nowMs < untilMs) return undefined
      shut = false
      // Those that were sent before the gate closed are still under way: they must not use up the new allowance.
      ramp = { fromMs: nowMs, base: inFlight, accepted: 0 }
      return { closedForMs: Math.max(0, nowMs - closedAtMs), reason: why }
    },
    accepted() {
      if (ramp !== undefined) ramp.accepted++
    },
    settle(ceiling, nowMs) {
      if (ramp !== undefined && ramp.base + ramp.accepted + 1 + steps(nowMs) >= ceiling) ramp = undefined
    },
    nextChangeMs(nowMs) {
      if (shut) return untilMs
      return ramp === undefined ? undefined : ramp.fromMs + (steps(nowMs) + 1) * rampStepMs
    },
  }
}
