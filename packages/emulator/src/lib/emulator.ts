import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createIdSequence } from './ids.js'
import { type EmulatorOptions, resolveOptions } from './options.js'
import { createDispatch } from './routes/dispatch.js'
import { createRequestLog, type LoggedRequest } from './server/request-log.js'
import { createHttpServer } from './server/server.js'
import { createService } from './service.js'
import { createTableView, type TableView } from './table-view.js'

/** A running emulator. */
export interface Emulator {
  /** Where it listens, such as `http://127.0.0.1:12345`; no slash at the end. */
  readonly url: string
  /** `url` with `/api/data/v9.2`. */
  readonly serviceRoot: string
  readonly deltaTokens: {
    /** Ends the life of every delta token handed out so far. */
    expireAll(): void
  }
  /** One table's rows, without HTTP. */
  table(entitySetOrLogicalName: string): TableView
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
  const service = createService(resolved, () => {})
  for (const [entitySet, rows] of Object.entries(resolved.rows)) {
    const view = createTableView(service, entitySet)
    for (const row of rows) view.create(row)
  }
  const log = createRequestLog(resolved.requestLogLimit)
  const requestIds = createIdSequence(resolved.seed + 1)
  const server = createHttpServer({
    options: resolved,
    dispatch: createDispatch(service),
    log,
    requestId: () => requestIds.next(),
  })
  server.listen(resolved.port, resolved.host)
  await once(server, 'listening')
  const { address, port, family } = server.address() as AddressInfo
  const segment = resolved.links.organizationSegment
  const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
  const close = async (): Promise<void> => {
    if (!server.listening) return
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }
  return {
    url,
    serviceRoot: `${url}${segment === undefined ? '' : `/${segment}`}/api/data/v9.2`,
    deltaTokens: {
      expireAll() {
        service.tokenFloors.raiseAll(service.store.advanceVersion())
      },
    },
    table: (name) => createTableView(service, name),
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
