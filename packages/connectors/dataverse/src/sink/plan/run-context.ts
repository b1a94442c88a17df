import { createKeyResolver, type KeyResolver } from '@deltaverse/alternate-keys'
import type { DataverseClient, DataverseRequest, DataverseResponse, RequestSizer } from '@deltaverse/client'
import { abortableDelay, isResponseError } from '@deltaverse/core'
import { parseExactJson } from '@deltaverse/schema'
import type { RunEvent } from '../result/write-event.js'
import type { RunPlan } from './run-plan.js'
import type { Wait } from './wait.js'

/** What the requests of one run share: the client, the plan, one pause for all, and the counts. */
export interface RunContext {
  readonly client: DataverseClient
  readonly plan: RunPlan
  /** Aborts with the caller's signal, or when the run ends early. */
  readonly signal: AbortSignal
  /** Whether the caller sees the results of rows that were written; else nobody needs to know their ids. */
  readonly tellsResults: boolean
  /** Sends a write, once; counts it, measures it, and holds it back while the run pauses. */
  write(request: DataverseRequest, rows: number): Promise<DataverseResponse>
  /** Rows of a request at the moment. */
  requestRows(): number
  /** Sends a read. Numbers that JavaScript cannot hold come as text. */
  read(path: string): Promise<unknown>
  /** Tells what happens on the way. */
  tell(event: RunEvent): void | Promise<void>
  /** No write leaves before this time is over. */
  pause(ms: number): void
  /** Waits, or holds all writes back, as a retry asks for. */
  waitFor(wait: Wait, failures: number): Promise<void>
  /** Waits a moment that grows with the failures so far. */
  backOff(failures: number): Promise<void>
  /** Finds rows of other tables by their keys; made when it is asked for first, and remembers what it found for the run. */
  resolver(): KeyResolver
  readonly counts: { requests: number; reads: number }
}

const maxBackOffMs = 30_000

/** Creates the context of one run. */
export function createRunContext(
  client: DataverseClient,
  plan: RunPlan,
  { signal, tellsResults, tell }: Pick<RunContext, 'signal' | 'tellsResults' | 'tell'>,
): RunContext {
  const { clock, random, baseDelayMs } = plan.options
  const sizer = sizerOf(client, plan.options)
  const counts = { requests: 0, reads: 0 }
  let pausedUntilMs = 0
  let resolver: KeyResolver | undefined

  async function untilOpen(): Promise<void> {
    for (;;) {
      const leftMs = pausedUntilMs - clock.now()
      if (leftMs <= 0) return
      await abortableDelay(clock, leftMs, signal)
    }
  }

  function pause(ms: number): void {
    pausedUntilMs = Math.max(pausedUntilMs, clock.now() + ms)
  }

  async function backOff(failures: number): Promise<void> {
    const boundMs = Math.min(maxBackOffMs, baseDelayMs * 2 ** Math.min(Math.max(failures - 1, 0), 30))
    // Half of it is certain, so that a busy database gets a rest; the other half keeps clients apart.
    await abortableDelay(clock, Math.round(boundMs * (0.5 + random() / 2)), signal)
  }

  return {
    client,
    plan,
    signal,
    tellsResults,
    tell,
    counts,
    requestRows: () => sizer.next(),
    async write(request, rows) {
      signal.throwIfAborted()
      await untilOpen()
      counts.requests += 1
      // The writer itself decides what is sent again, because it must know that an answer got lost.
      try {
        const response = await client.request({ ...request, repeatable: false, buffered: true }, { signal })
        if (response.elapsedMs !== undefined) sizer.record({ rows, durationMs: response.elapsedMs, ok: true })
        return response
      } catch (error) {
        // A request that timed out says that it was too large.
        if (isResponseError(error) && error.status === 504) sizer.record({ rows, durationMs: 0, ok: false })
        throw error
      }
    },
    async read(path) {
      counts.reads += 1
      const response = await client.request({ method: 'GET', path, buffered: true }, { signal })
      return parseExactJson(await response.text())
    },
    resolver() {
      resolver ??= createKeyResolver(client, { missTtlMs: 0 })
      return resolver
    },
    pause,
    backOff,
    async waitFor(wait, failures) {
      if (wait === 'back-off') await backOff(failures)
      else if (wait !== 'none') pause(wait.retryAfterMs)
    },
  }
}

/** The sizer of a run: given, or shared by all that do the same to the same table through this client. */
function sizerOf(client: DataverseClient, { sizer, entitySet, operation }: RunPlan['options']): RequestSizer {
  return sizer ?? client.governor.sizer(`${operation} ${entitySet}`)
}
