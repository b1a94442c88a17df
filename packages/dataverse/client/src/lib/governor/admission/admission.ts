import type { GovernorCore, Waiter } from '../governor-core.js'
import { gateError } from './gate-error.js'

export interface AdmissionCall {
  readonly signal?: AbortSignal | undefined
  /** A gate that opens later than this is not waited for; milliseconds since 1970. */
  readonly deadlineMs: number
}

/**
 * Lets a request through at the governor with the most room. While none has any, it waits at all of them in the order of
 * arrival, and the first that has room takes it. The slot is the caller's to give back: `leave()`.
 */
export function admit(
  cores: readonly GovernorCore[],
  call: AdmissionCall,
): GovernorCore | Promise<GovernorCore> {
  const core = pickRoomiest(cores)
  if (core === undefined) return waitForRoom(cores, call)
  core.admit()
  return core
}

function pickRoomiest(cores: readonly GovernorCore[]): GovernorCore | undefined {
  let best: GovernorCore | undefined
  let most = 0
  for (const core of cores) {
    const room = core.room()
    if (room <= most) continue
    best = core
    most = room
  }
  return best
}

/** How long until the first gate opens, in milliseconds; 0 when one is open. */
export function closedForMs(cores: readonly GovernorCore[]): number {
  let least = Number.POSITIVE_INFINITY
  for (const core of cores) least = Math.min(least, core.closedForMs())
  return least
}

function waitForRoom(
  cores: readonly GovernorCore[],
  { signal, deadlineMs }: AdmissionCall,
): Promise<GovernorCore> {
  return new Promise((resolve, reject) => {
    const [first] = cores
    const sinceMs = first?.now() ?? 0
    const leaveQueues = (): void => {
      signal?.removeEventListener('abort', onAbort)
      for (const core of cores) {
        core.queue.delete(waiter)
        // The last one turns the alarm off: nothing keeps the process alive for nobody.
        core.rearm()
      }
    }
    const giveUp = (reason: unknown): void => {
      leaveQueues()
      first?.abandon()
      reject(reason)
    }
    const onAbort = (): void => giveUp(signal?.reason)
    const waiter: Waiter = {
      sinceMs,
      atGate: closedForMs(cores) > 0,
      grant(core) {
        leaveQueues()
        resolve(core)
      },
      reconsider() {
        const untilMs = (first?.now() ?? 0) + closedForMs(cores)
        if (closedForMs(cores) > 0 && untilMs > deadlineMs) giveUp(gateError(untilMs))
      },
    }
    if (signal?.aborted) return onAbort()
    signal?.addEventListener('abort', onAbort, { once: true })
    for (const core of cores) core.queue.add(waiter)
    waiter.reconsider()
    for (const core of cores) core.rearm()
  })
}
