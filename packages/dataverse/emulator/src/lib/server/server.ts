import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { ConnectionDropped } from '../batch/run-batch.js'
import type { ResolvedOptions } from '../emulator-options.js'
import { faultResponse } from '../faults/fault-response.js'
import type { FaultAction } from '../faults/fault-rule.js'
import type { FaultScript } from '../faults/fault-script.js'
import { encodeResponse } from '../http/encode-response.js'
import { errorResponse } from '../http/error-response.js'
import { parsePreferences } from '../http/preferences.js'
import { readRequest } from '../http/read-request.js'
import { abandon, sendResponse } from '../http/send-response.js'
import { jsonResponse, type ServiceResponse } from '../http/service-response.js'
import { unauthorized } from '../http/unauthorized.js'
import type { Limits } from '../limits/limits.js'
import type { Dispatch } from '../routes/dispatch.js'
import type { RequestLog } from './request-log.js'

/** What the HTTP server works with. */
export interface ServerParts {
  readonly options: ResolvedOptions
  readonly dispatch: Dispatch
  readonly faults: FaultScript
  readonly limits: Limits | undefined
  readonly expireTokens: () => void
  readonly log: RequestLog
  /** Makes the correlation id of each response. */
  readonly requestId: () => string
}

/** One request on its way. */
interface Exchange {
  readonly message: IncomingMessage
  readonly response: ServerResponse
  readonly fault: FaultAction
  /** Waits; rejects when the connection ends meanwhile. */
  readonly wait: (ms: number) => Promise<void>
}

/** Room for the longest URL that the service takes, and for headers. */
const maxHeaderSize = 131_072

/** Creates the HTTP server; the caller makes it listen. */
export function createHttpServer(parts: ServerParts): Server {
  const server = createServer({ maxHeaderSize }, (message, response) => {
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    // A client that goes away in the middle is nobody's error.
    response.on('error', () => {})
    const exchange: Exchange = {
      message,
      response,
      fault: parts.faults.take(message.method ?? 'GET', message.url ?? '/') ?? {},
      wait: (ms) => parts.options.wait(ms, gone.signal),
    }
    serve(parts, exchange).catch(() => response.destroy())
  })
  server.keepAliveTimeout = 60_000
  return server
}

async function serve(parts: ServerParts, exchange: Exchange): Promise<void> {
  const { message, response, fault, wait } = exchange
  const note = (status: number, answer?: ServiceResponse): void =>
    parts.log.add({
      method: message.method ?? 'GET',
      url: message.url ?? '/',
      status,
      headers: loggedHeaders(message),
      ...(answer?.parts === undefined ? {} : { parts: answer.parts }),
    })
  if (fault.latencyMs !== undefined) await wait(fault.latencyMs)
  if (fault.expireTokens === true) parts.expireTokens()
  if (fault.drop === 'before-effect') {
    note(0)
    return abandon(response, 'reset')
  }
  const answer = await (parts.limits === undefined
    ? answerTo(parts, exchange)
    : parts.limits.govern(message, () => answerTo(parts, exchange)).catch(showOptionError))
  if (answer === undefined || fault.drop === 'after-effect') {
    note(0)
    return abandon(response, 'reset')
  }
  note(answer.status, answer)
  const accepted = message.headers['accept-encoding']?.toString()
  const encoded = encodeResponse(answer, accepted, parts.options.compression, parts.requestId())
  await sendResponse(response, encoded, { ...fault, wait })
}

/** A function among the options that gives nonsense, or throws, shows where it is looked for: in the answer. */
function showOptionError(error: unknown): ServiceResponse {
  const message = `An option of the emulator failed: ${error instanceof Error ? error.message : String(error)}`
  return jsonResponse(500, { error: { code: '', message } })
}

function loggedHeaders({ headers }: IncomingMessage): Record<string, string> {
  const { authorization, cookie, ...others } = headers
  return Object.fromEntries(Object.entries(others).map(([name, value]) => [name, String(value)]))
}

/** The answer, or `undefined` when a part of a batch dropped the connection. */
async function answerTo(
  { options, dispatch }: ServerParts,
  { message, fault }: Exchange,
): Promise<ServiceResponse | undefined> {
  const { host, authorization } = message.headers
  const injected = faultResponse(fault, host)
  if (injected !== undefined && fault.afterEffect !== true) return injected
  try {
    const missing = options.requireAuthorization && (authorization ?? '').trim() === ''
    if (missing || !options.authorize(authorization)) throw unauthorized(host)
    const request = await readRequest(message, {
      maxRequestBytes: options.maxRequestBytes,
      maxFileRequestBytes: options.files.maxRequestBytes,
      organizationSegment: options.links.organizationSegment,
    })
    const answer = await dispatch(request)
    return injected ?? answer
  } catch (error) {
    if (error instanceof ConnectionDropped) return undefined
    const preferences = parsePreferences(message.headersDistinct.prefer?.join(', '))
    return errorResponse(error, options, preferences)
  }
}
