import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { EmulatorOptions, ResolvedOptions } from './emulator-options.js'
import type { Faults } from './faults/fault-rule.js'
import { createFaultScript } from './faults/fault-script.js'
import type { HistoryEntry } from './history.js'
import { createIdSequence } from './ids.js'
import { advanceJobs } from './jobs/system-jobs.js'
import { createLimits, type Limits, type LimitsSnapshot } from './limits/limits.js'
import { createModelTime } from './limits/model-time.js'
import { advanceKeyIndexes } from './metadata/key-index.js'
import { resolveOptions } from './resolve-options.js'
import { createDispatch } from './routes/dispatch.js'
import { createRequestLog, type LoggedRequest } from './server/request-log.js'
import { createHttpServer } from './server/server.js'
import { openState } from './state.js'
import { createTableView, type TableView } from './table-view.js'

/** A running emulator. */
export interface Emulator {
  /** Where it listens, such as `http://127.0.0.1:12345`; no slash at the end. */
  readonly url: string
  /** `url` with `/api/data/v9.2`. */
  readonly serviceRoot: string
  readonly faults: Faults
  /** What the `limits` have seen; `undefined` without that option. */
  readonly limits: { snapshot(): LimitsSnapshot } | undefined
  readonly deltaTokens: {
    /** Ends the life of every delta token handed out so far. */
    expireAll(): void
  }
  /** Takes the index of every new alternate key one step on; for `keyIndexing: 'stepwise'`. */
  advanceKeyIndexes(): void
  /** Takes every system job one step on: waiting, running, over; for `jobs: 'stepwise'`. */
  advanceJobs(): void
  /** One table's rows, without HTTP. */
  table(entitySetOrLogicalName: string): TableView
  /** What was written, in the order of the row versions; since the start of this process. */
  history(): readonly HistoryEntry[]
  /** The newest requests. */
  readonly requests: readonly LoggedRequest[]
  readonly requestCount: number
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Starts an emulator on a port of this machine.
 *
 * @throws TypeError or RangeError for an unsound option, and the system's error when the port is taken.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const resolved = resolveOptions(options)
  const state = openState(resolved)
  const { service } = state
  const log = createRequestLog(resolved.requestLogLimit)
  const faults = createFaultScript()
  const limits = startLimits(resolved)
  const requestIds = createIdSequence(resolved.seed + 1)
  const server = createHttpServer({
    options: resolved,
    dispatch: createDispatch(service, faults),
    faults,
    limits,
    expireTokens: service.expireAllTokens,
    log,
    requestId: () => requestIds.next(),
  })
  try {
    await listen(server, resolved)
  } catch (error) {
    state.close()
    throw error
  }
  const { address, port, family } = server.address() as AddressInfo
  const segment = resolved.links.organizationSegment
  const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
  const close = async (): Promise<void> => {
    if (server.listening) {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    }
    limits?.close()
    state.close()
  }
  return {
    url,
    serviceRoot: `${url}${segment === undefined ? '' : `/${segment}`}/api/data/v9.2`,
    faults,
    limits: limits && { snapshot: limits.snapshot },
    deltaTokens: {
      expireAll: service.expireAllTokens,
    },
    advanceKeyIndexes: () => advanceKeyIndexes({ ...service.context, schema: service.schema }),
    advanceJobs: () => {
      advanceJobs(service)
    },
    table: (name) => createTableView(service, name),
    history: state.history.entries,
    get requests() {
      return log.entries
    },
    get requestCount() {
      return log.count
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

function startLimits({ limits, clock, wait }: ResolvedOptions): Limits | undefined {
  return limits && createLimits(limits, createModelTime(clock, wait, limits.timeScale))
}

async function listen(server: Server, { port, host }: ResolvedOptions): Promise<void> {
  server.listen(port, host)
  await once(server, 'listening')
}
