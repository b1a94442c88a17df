import { createFairShare } from './admission/fair-share.js'
import { createGate } from './admission/gate.js'
import { createWakeTimer } from './admission/wake-timer.js'
import type { GovernorSettings } from './governor-options.js'
import { createEventHub } from './report/event-hub.js'
import type { GateReason, GovernorListener } from './report/governor-event.js'
import type { GovernorStats } from './report/governor-stats.js'
import type { Answer } from './signals/answer.js'
import { type CeilingValue, createCeiling } from './signals/ceiling.js'
import { createRefusalWait, type Refusal, toGateReason } from './signals/refusal.js'

/** Somebody who waits, possibly at several governors at once. */
export interface Waiter {
  readonly sinceMs: number
  /** Whether it found the gate closed, and not only all slots taken. */
  readonly atGate: boolean
  /** Lets it through; it leaves all queues. */
  grant(core: GovernorCore): void
  /** The gate closed for longer: it may not want to wait that long. */
  reconsider(): void
}

/** The part of a governor that the client talks to. */
export interface GovernorCore {
  /** Those who wait, in the order of arrival. */
  readonly queue: Set<Waiter>
  now(): number
  /** Requests under way. */
  inFlight(): number
  /** Free slots; none while somebody waits or the gate is closed. */
  room(): number
  /** Takes a slot. */
  admit(waiter?: Waiter): void
  /** Gives the slot back. */
  leave(): void
  /** An answer came, whatever its status. */
  observe(answer: Answer): void
  /** The service refused a request for one of its limits. */
  refuse(refusal: Refusal): void
  /** How long the gate stays closed from now, in milliseconds; 0 when it is open. */
  closedForMs(): number
  /** Somebody came to or left the queue. */
  rearm(): void
  /** Somebody who waited gave up. */
  abandon(): void
  ceiling(): number
  stats(): GovernorStats
  /** Returns the way to stop listening. */
  listen(listener: GovernorListener): () => void
}

/** A window slides on all the time, so a little later there is a little budget. */
const budgetPauseMs = 4_000

/** Makes the state of one governor. Costs a request nothing but counting while there is room. */
export function createGovernorCore(options: GovernorSettings): GovernorCore {
  const { clock, name } = options
  const gate = createGate()
  const ceiling = createCeiling(options)
  const waitFor = createRefusalWait(options.random)
  const fingerprints = options.polite === undefined ? undefined : createFairShare(options.polite.share)
  const queue = new Set<Waiter>()
  const { emit, listen } = createEventHub(options.onEvent)
  const wake = createWakeTimer(clock, pump)
  const totals = { admitted: 0, ended: 0, refused: 0, waited: 0, waitedMs: 0, abandoned: 0 }
  let inFlight = 0
  let current: CeilingValue = ceiling.value(clock.now())

  function updateCeiling(nowMs: number): void {
    const previous = current.ceiling
    current = ceiling.value(nowMs)
    if (current.ceiling !== previous) emit({ kind: 'ceiling-changed', name, previous, ...current })
  }

  function allowed(nowMs: number): number {
    const closing = gate.noteOpening(nowMs, inFlight)
    if (closing !== undefined) {
      const { closedForMs, reason } = closing
      ceiling.opened(closedForMs, nowMs, reason !== 'concurrency-refused' && reason !== 'polite')
      emit({ kind: 'gate-opened', name, closedForMs, waiting: queue.size })
      updateCeiling(nowMs)
      // The only other thing that time alone takes away.
    } else if (current.reason === 'budget') updateCeiling(nowMs)
    gate.settle(current.ceiling, nowMs)
    return Math.min(current.ceiling, gate.allowance(nowMs))
  }

  function pump(): void {
    const nowMs = clock.now()
    while (queue.size > 0 && inFlight < allowed(nowMs)) {
      const [first] = queue
      if (first === undefined) break
      core.admit(first)
      first.grant(core)
    }
    core.rearm()
  }

  function close(forMs: number, reason: GateReason, serviceCode?: string): void {
    const nowMs = clock.now()
    allowed(nowMs)
    if (!gate.close(forMs, reason, nowMs)) return
    emit({ kind: 'gate-closed', name, reason, untilMs: nowMs + forMs, serviceCode })
    for (const waiter of [...queue]) waiter.reconsider()
    core.rearm()
  }

  function closeIfPolite(nowMs: number): void {
    if (fingerprints === undefined) return
    const state = { nowMs, inFlight, limits: ceiling.limits(), remaining: ceiling.remaining() }
    const holdMs = fingerprints.holdMs(state)
    if (holdMs > 0) close(holdMs, 'polite')
  }

  const core: GovernorCore = {
    queue,
    now: clock.now,
    inFlight: () => inFlight,
    room: () => (queue.size > 0 ? 0 : allowed(clock.now()) - inFlight),
    admit(waiter) {
      const nowMs = clock.now()
      inFlight++
      totals.admitted++
      fingerprints?.sent(nowMs)
      if (waiter !== undefined) {
        const waitedMs = nowMs - waiter.sinceMs
        totals.waited++
        totals.waitedMs += waitedMs
        emit({ kind: 'waited', name, waitedMs, for: waiter.atGate ? 'gate' : 'slot' })
      }
      closeIfPolite(nowMs)
    },
    leave() {
      inFlight--
      totals.ended++
      if (queue.size > 0) pump()
    },
    observe(answer) {
      const nowMs = clock.now()
      const { status, elapsedMs } = answer
      ceiling.observe(answer, inFlight, nowMs)
      if (status !== 429) {
        waitFor.accepted()
        gate.accepted()
        if (elapsedMs !== undefined) fingerprints?.answered(elapsedMs, nowMs)
      }
      updateCeiling(nowMs)
      if (elapsedMs !== undefined && status < 300 && ceiling.isBudgetSpent(elapsedMs, inFlight)) {
        close(budgetPauseMs, 'budget-spent')
      }
      closeIfPolite(nowMs)
    },
    refuse(refusal) {
      totals.refused++
      const reason = toGateReason(refusal.serviceCode)
      ceiling.refuse(reason === 'concurrency-refused', refusal.message ?? '', inFlight)
      if (reason !== undefined) close(waitFor.refused(refusal, reason), reason, refusal.serviceCode)
      updateCeiling(clock.now())
    },
    closedForMs() {
      const nowMs = clock.now()
      return (gate.closedUntilMs(nowMs) ?? nowMs) - nowMs
    },
    rearm: () => wake.set(queue.size === 0 ? undefined : gate.nextChangeMs(clock.now())),
    abandon() {
      totals.abandoned++
    },
    ceiling: () => current.ceiling,
    stats() {
      const nowMs = clock.now()
      const gateClosedUntilMs = gate.closedUntilMs(nowMs)
      return {
        name,
        ceiling: current.ceiling,
        ceilingReason: current.reason,
        inFlight,
        waiting: queue.size,
        ...(gateClosedUntilMs === undefined ? {} : { gateClosedUntilMs, gateReason: gate.reason(nowMs) }),
        remaining: ceiling.remaining(),
        limits: ceiling.limits(),
        totals: { ...totals },
      }
    },
    listen,
  }
  return core
}
