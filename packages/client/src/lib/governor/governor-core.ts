import type { ResponseHeaders } from '../response.js'
import { type CeilingValue, lower, parseDopHint, recommendedCeiling } from './ceiling.js'
import { createGate } from './gate.js'
import type { GateReason, GovernorEvent, GovernorListener } from './governor-event.js'
import type { ResolvedGovernorOptions } from './governor-options.js'
import type { GovernorSnapshot } from './governor-snapshot.js'
import { type Refusal, toGateReason } from './refusal.js'
import { documentedLimits, learnLimits } from './service-limits.js'
import { createWakeTimer } from './wake-timer.js'

/** Somebody who waits, possibly at several governors at once. */
export interface Waiter {
  readonly sinceMs: number
  readonly atGate: boolean
  /** Lets it through. It has left all queues by then. */
  grant(core: GovernorCore): void
  /** The gate is closed until then: it may not want to wait that long. */
  reconsider(): void
}

/** The part of a governor that the client talks to. */
export interface GovernorCore {
  readonly queue: Set<Waiter>
  now(): number
  /** Free slots, none while somebody waits or the gate is closed. */
  room(): number
  /** Takes a slot. */
  admit(waiter?: Waiter): void
  /** Gives the slot back. */
  leave(): void
  /** An answer came, whatever its status. */
  observe(answer: Answer): void
  refuse(refusal: Refusal): void
  /** How long the gate stays closed from now, in milliseconds; 0 when it is open. */
  closedForMs(): number
  /** A waiter came or went. */
  rearm(): void
  abandon(): void
  ceiling(): number
  snapshot(): GovernorSnapshot
  listen(listener: GovernorListener): () => void
}

export interface Answer {
  readonly status: number
  readonly headers: ResponseHeaders
}

const concurrencyPauseMs = 1_000
const firstBackOffMs = 500
const longestBackOffMs = 30_000

/** Makes the state of one governor. */
export function createGovernorCore(options: ResolvedGovernorOptions): GovernorCore {
  const { clock, random, name } = options
  const gate = createGate()
  const queue = new Set<Waiter>()
  const listeners = new Set<GovernorListener>(options.onGovernor === undefined ? [] : [options.onGovernor])
  const wake = createWakeTimer(clock, pump)
  const totals = { admitted: 0, ended: 0, refused: 0, waited: 0, waitedMs: 0, abandoned: 0 }
  let inFlight = 0
  let hint: number | undefined
  let limits = documentedLimits
  const remaining: GovernorSnapshot['remaining'] = {}
  let refusalsInARow = 0
  let current: CeilingValue = computeCeiling()

  function computeCeiling(): CeilingValue {
    const recommended = recommendedCeiling(options, hint)
    return limits === documentedLimits ? recommended : lower(recommended, limits.concurrent, 'limit')
  }

  function emit(event: GovernorEvent): void {
    for (const listener of listeners) listener(event)
  }

  function updateCeiling(): void {
    const previous = current.ceiling
    current = computeCeiling()
    if (current.ceiling === previous) return
    emit({ kind: 'ceiling-changed', name, previous, ...current })
  }

  function allowed(nowMs: number): number {
    const closedForMs = gate.noteOpening(nowMs, inFlight)
    if (closedForMs !== undefined) emit({ kind: 'gate-opened', name, closedForMs, waiting: queue.size })
    gate.settle(current.ceiling, nowMs)
    return Math.min(current.ceiling, gate.allowance(nowMs))
  }

  function pump(): void {
    if (queue.size > 0) {
      const nowMs = clock.now()
      while (inFlight < allowed(nowMs)) {
        const [first] = queue
        if (first === undefined) break
        core.admit(first)
        first.grant(core)
      }
    }
    core.rearm()
  }

  function close(forMs: number, reason: GateReason, serviceCode: string | undefined): void {
    const nowMs = clock.now()
    allowed(nowMs)
    if (!gate.close(forMs, reason, nowMs)) return
    emit({ kind: 'gate-closed', name, reason, untilMs: nowMs + forMs, serviceCode })
    for (const waiter of [...queue]) waiter.reconsider()
    core.rearm()
  }

  const core: GovernorCore = {
    queue,
    now: clock.now,
    room: () => (queue.size > 0 ? 0 : allowed(clock.now()) - inFlight),
    admit(waiter) {
      inFlight++
      totals.admitted++
      if (waiter === undefined) return
      const waitedMs = clock.now() - waiter.sinceMs
      totals.waited++
      totals.waitedMs += waitedMs
      emit({ kind: 'waited', name, waitedMs, for: waiter.atGate ? 'gate' : 'slot' })
    },
    leave() {
      inFlight--
      totals.ended++
      if (queue.size > 0) pump()
    },
    observe({ status, headers }) {
      hint = parseDopHint(headers['x-ms-dop-hint']) ?? hint
      if (status !== 429) {
        refusalsInARow = 0
        gate.accepted()
      }
      updateCeiling()
    },
    refuse({ serviceCode, message, retryAfterMs }) {
      totals.refused++
      limits = learnLimits(limits, message ?? '')
      const reason = toGateReason(serviceCode)
      if (reason === undefined) return
      refusalsInARow++
      const backOffMs = Math.min(longestBackOffMs, firstBackOffMs * 2 ** Math.min(refusalsInARow - 1, 20))
      const ownMs = Math.max(1, Math.round(backOffMs * random()))
      if (reason === 'concurrency-refused') close(Math.max(concurrencyPauseMs, ownMs), reason, serviceCode)
      else close(retryAfterMs !== undefined && retryAfterMs > 0 ? retryAfterMs : ownMs, reason, serviceCode)
      updateCeiling()
    },
    closedForMs() {
      const nowMs = clock.now()
      return (gate.closedUntilMs(nowMs) ?? nowMs) - nowMs
    },
    rearm: () => wake.set(queue.size === 0 ? undefined : gate.nextChangeMs(clock.now())),
    abandon: () => {
      totals.abandoned++
    },
    ceiling: () => current.ceiling,
    snapshot() {
      const nowMs = clock.now()
      const gateClosedUntilMs = gate.closedUntilMs(nowMs)
      return {
        name,
        ceiling: current.ceiling,
        ceilingReason: current.reason,
        inFlight,
        waiting: queue.size,
        ...(gateClosedUntilMs === undefined ? {} : { gateClosedUntilMs, gateReason: gate.reason(nowMs) }),
        remaining,
        limits,
        totals: { ...totals },
      }
    },
    listen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  return core
}
