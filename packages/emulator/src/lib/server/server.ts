import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { errorResponse } from '../http/error-response.js'
import { parsePreferences } from '../http/preferences.js'
import { readRequest } from '../http/read-request.js'
import { encodeResponse, sendResponse } from '../http/send-response.js'
import { ServiceError } from '../http/service-error.js'
import type { ServiceResponse } from '../http/service-response.js'
import type { ResolvedOptions } from '../options.js'
import type { Dispatch } from '../routes/dispatch.js'
import type { RequestLog } from './request-log.js'

/** What the HTTP server works with. */
export interface ServerParts {
  readonly options: ResolvedOptions
  readonly dispatch: Dispatch
  readonly log: RequestLog
  /** Makes the correlation id of each response. */
  readonly requestId: () => string
}

/** Creates the HTTP server; the caller makes it listen. */
export function createHttpServer(parts: ServerParts): Server {
  const server = createServer((message, response) => {
    serve(parts, message, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined)
    })
  })
  server.keepAliveTimeout = 60_000
  return server
}

async function serve(parts: ServerParts, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const { options, log } = parts
  const answer = await answerTo(parts, message)
  log.add({ method: message.method ?? 'GET', url: message.url ?? '/', status: answer.status })
  const encoded = encodeResponse(
    answer,
    message.headers['accept-encoding']?.toString(),
    options.compression,
    parts.requestId(),
  )
  sendResponse(message, response, encoded)
}

async function answerTo(
  { options, dispatch }: ServerParts,
  message: IncomingMessage,
): Promise<ServiceResponse> {
  try {
    if (!options.authorize(message.headers.authorization)) throw unauthorized(message)
    const request = await readRequest(message, {
      maxRequestBytes: options.maxRequestBytes,
      organizationSegment: options.links.organizationSegment,
    })
    return dispatch(request)
  } catch (error) {
    const preferences = parsePreferences(message.headersDistinct.prefer?.join(', '))
    return errorResponse(error, options.errorBody, preferences)
  }
}

function unauthorized(message: IncomingMessage): ServiceError {
  const resource = `http://${message.headers.host ?? 'localhost'}/`
  return new ServiceError(401, '0x80072560', 'The request is not authenticated.', {
    headers: {
      'WWW-Authenticate':
        'Bearer authorization_uri=https://login.microsoftonline.com/00000000-0000-4000-8000-000000000000/oauth2/authorize, ' +
        `resource_id=${resource}`,
    },
  })
}
