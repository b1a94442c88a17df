import type { IncomingMessage } from 'node:http'
import type { ServiceResponse } from '../http/service-response.js'
import { callerOf } from './caller.js'
import type { ResolvedLimits } from './limits-options.js'
import type { ModelTime } from './model-time.js'
import { createProcessor, type Processor } from './processor.js'
import { refusalResponse } from './refusal-response.js'
import { createUserWindow, type LimitFacet, type UserWindow, type WindowState } from './user-window.js'

/** What the limits have seen: an oracle for programs that write under them. */
export interface LimitsSnapshot {
  /** The time of the model in milliseconds. */
  readonly nowMs: number
  /** Requests that were admitted. */
  readonly requests: number
  /** Rows that they worked on. */
  readonly rows: number
  /** Execution time of those that are finished. */
  readonly executionMs: number
  readonly refusals: Readonly<Record<LimitFacet, number>>
  /** The most requests of one user that one server had at the same time. */
  readonly peakConcurrency: number
  readonly windows: readonly (WindowState & { readonly server: number; readonly user: string })[]
}

/** Service protection at work. */
export interface Limits {
  /** Admits a request and answers it in its time, or refuses it. */
  govern(
    message: IncomingMessage,
    work: () => Promise<ServiceResponse | undefined>,
  ): Promise<ServiceResponse | undefined>
  snapshot(): LimitsSnapshot
  close(): void
}

const secondsFormat = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })

interface WebServer {
  readonly cookie: string
  readonly processor: Processor
  readonly windows: Map<string, UserWindow>
}

/** Creates the limits of a number of web servers, none of which has been asked anything. */
export function createLimits(limits: ResolvedLimits, time: ModelTime): Limits {
  const create = (index: number): WebServer => ({
    cookie: `emulator${String(index).padStart(4, '0')}`,
    processor: createProcessor(time, limits.saturation),
    windows: new Map(),
  })
  const first = create(0)
  const servers = [first, ...Array.from({ length: limits.servers - 1 }, (_, index) => create(index + 1))]
  const refusals: Record<LimitFacet, number> = { requests: 0, executionTime: 0, concurrency: 0 }
  let turn = 0
  let requests = 0
  let rows = 0
  let executionMs = 0
  let peakConcurrency = 0

  function serverFor(cookies: string | undefined): WebServer {
    const kept = /(?:^|;\s*)ARRAffinity=([^;\s]+)/.exec(cookies ?? '')?.[1]
    const known = servers.find(({ cookie }) => cookie === kept)
    if (known !== undefined) return known
    turn += 1
    return servers[(turn - 1) % servers.length] ?? first
  }

  function windowOf({ windows }: WebServer, user: string): UserWindow {
    const known = windows.get(user)
    if (known !== undefined) return known
    const window = createUserWindow(limits)
    windows.set(user, window)
    return window
  }

  function withHeaders(answer: ServiceResponse, { cookie }: WebServer, window: UserWindow): ServiceResponse {
    const now = time.now()
    const state = window.state(now)
    const seconds = Math.max(0, limits.executionTimeMs - state.executionMs) / 1000
    return {
      ...answer,
      headers: {
        ...answer.headers,
        'x-ms-ratelimit-burst-remaining-xrm-requests': String(Math.max(0, limits.requests - state.requests)),
        'x-ms-ratelimit-time-remaining-xrm-requests': secondsFormat.format(seconds),
        'x-ms-dop-hint': String(limits.dopHint(now)),
        'Set-Cookie': `ARRAffinity=${cookie}; Path=/; HttpOnly`,
      },
    }
  }

  return {
    async govern(message, work) {
      const server = serverFor(message.headers.cookie)
      const window = windowOf(server, callerOf(message.headers))
      const atMs = time.now()
      const refusal = window.enter(atMs)
      if (refusal !== undefined) {
        refusals[refusal.facet] += 1
        return refusalResponse(refusal, limits)
      }
      requests += 1
      peakConcurrency = Math.max(peakConcurrency, window.state(atMs).active)
      let elapsed = 0
      let answer: ServiceResponse | undefined
      try {
        answer = await work()
        const count = answer?.rows ?? 1
        rows += count
        const { method = 'GET', url = '/' } = message
        elapsed = await server.processor.run(limits.cost({ method, url, rows: count, atMs }))
        executionMs += elapsed
      } finally {
        window.leave(time.now(), elapsed)
      }
      return answer && withHeaders(answer, server, window)
    },
    snapshot() {
      const nowMs = time.now()
      return {
        nowMs,
        requests,
        rows,
        executionMs,
        refusals: { ...refusals },
        peakConcurrency,
        windows: servers.flatMap(({ windows }, server) =>
          [...windows].map(([user, window]) => ({ server, user, ...window.state(nowMs) })),
        ),
      }
    },
    close() {
      for (const { processor } of servers) processor.close()
    },
  }
}
