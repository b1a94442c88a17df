import {
  abortableDelay,
  type DataverseClient,
  type DataverseRequest,
  type DataverseResponse,
} from '@deltaverse/client'
import { isResponseError } from '@deltaverse/contract'
import type { RunPlan } from './prepare-row.js'

/** What the requests of one run share: the client, the plan, one pause for all, and the counts. */
export interface RunContext {
  readonly client: DataverseClient
  readonly plan: RunPlan
  /** Aborts with the caller's signal, or when the run ends early. */
  readonly signal: AbortSignal
  /** Sends a write, once; counts it, measures it, and holds it back while the run pauses. */
  write(request: DataverseRequest, rows: number): Promise<DataverseResponse>
  /** Sends a read. */
  read(path: string): Promise<unknown>
  /** No write leaves before this time is over. */
  pause(ms: number): void
  /** Waits a moment that grows with the failures so far. */
  backOff(failures: number): Promise<void>
  readonly counts: { requests: number; reads: number }
}

const maxBackOffMs = 30_000

/** Creates the context of one run. */
export function createRunContext(client: DataverseClient, plan: RunPlan, signal: AbortSignal): RunContext {
  const { clock, random, baseDelayMs, sizer } = plan.options
  const counts = { requests: 0, reads: 0 }
  let pausedUntilMs = 0

  async function untilOpen(): Promise<void> {
    for (;;) {
      const leftMs = pausedUntilMs - clock.now()
      if (leftMs <= 0) return
      await abortableDelay(clock, leftMs, signal)
    }
  }

  return {
    client,
    plan,
    signal,
    counts,
    async write(request, rows) {
      signal.throwIfAborted()
      await untilOpen()
      counts.requests += 1
      const startedMs = clock.now()
      // The writer itself decides what is sent again, because it must know that an answer got lost.
      try {
        const response = await client.request({ ...request, repeatable: false, buffered: true }, { signal })
        sizer.report({ rows, durationMs: clock.now() - startedMs })
        return response
      } catch (error) {
        // A request that timed out says that it was too large, however long the client waited.
        if (isResponseError(error) && error.status === 504)
          sizer.report({ rows, durationMs: Number.POSITIVE_INFINITY })
        throw error
      }
    },
    async read(path) {
      counts.reads += 1
      const response = await client.request({ method: 'GET', path, buffered: true }, { signal })
      return response.json()
    },
    pause(ms) {
      pausedUntilMs = Math.max(pausedUntilMs, clock.now() + ms)
    },
    async backOff(failures) {
      const boundMs = Math.min(maxBackOffMs, baseDelayMs * 2 ** Math.min(Math.max(failures - 1, 0), 30))
      // Half of it is certain, so that a busy database gets a rest; the other half keeps clients apart.
      await abortableDelay(clock, Math.round(boundMs * (0.5 + random() / 2)), signal)
    },
  }
}
