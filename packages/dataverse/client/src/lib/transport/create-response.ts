import { DataverseError } from '@deltaverse/core'
import { describeExchange, type Exchange } from './no-response-error.js'
import type { DataverseResponse, ResponseHeaders } from './response.js'
import type { ResponseBody } from './response-body.js'

export interface ResponseParts {
  readonly status: number
  readonly headers: ResponseHeaders
  readonly exchange: Exchange
  readonly body: ResponseBody
  readonly elapsedMs?: number | undefined
}

/** Puts the parts of an answer together. */
export function createResponse(parts: ResponseParts): DataverseResponse {
  const { status, headers, exchange, body, elapsedMs } = parts
  const requestId = requestIdOf(headers)
  const text = async (): Promise<string> => (await body.gather()).toString('utf8').replace(/^\uFEFF/, '')
  return {
    status,
    headers,
    url: exchange.url,
    ...(requestId === undefined ? {} : { requestId }),
    ...(elapsedMs === undefined ? {} : { elapsedMs }),
    body: body.chunks,
    bytesReceived: body.bytesReceived,
    bytes: body.gather,
    text,
    json: async () => parseJson(await text(), status, exchange),
    discard: body.discard,
  }
}

/** Same answer with the body in memory. */
export async function bufferResponse(
  response: DataverseResponse,
  exchange: Exchange,
): Promise<DataverseResponse> {
  let left: Buffer | undefined = await response.bytes()
  const received = response.bytesReceived()
  const take = (): Buffer => {
    if (left === undefined)
      throw new TypeError(`The body of ${describeExchange(exchange)} was read or discarded before`)
    const bytes = left
    left = undefined
    return bytes
  }
  const chunks = async function* (): AsyncGenerator<Buffer, void, undefined> {
    const bytes = take()
    if (bytes.length > 0) yield bytes
  }
  return createResponse({
    status: response.status,
    headers: response.headers,
    exchange,
    elapsedMs: response.elapsedMs,
    body: {
      chunks: { [Symbol.asyncIterator]: chunks },
      gather: async () => take(),
      bytesReceived: () => received,
      discard: async () => {
        left = undefined
      },
    },
  })
}

/** `x-ms-service-request-id`; older servers only send `REQ_ID`. */
function requestIdOf(headers: ResponseHeaders): string | undefined {
  return headers['x-ms-service-request-id'] ?? headers.req_id
}

/** Header lines as one value per name, without cookies: those pin a client to one server, and nobody needs them here. */
export function toResponseHeaders(
  raw: Readonly<Record<string, string | string[] | undefined>>,
): ResponseHeaders {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(raw)) {
    if (value === undefined || name.toLowerCase() === 'set-cookie') continue
    headers[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value
  }
  return headers
}

function parseJson(text: string, status: number, exchange: Exchange): unknown {
  if (text === '' && (status === 204 || status === 304)) return undefined
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new DataverseError(
      `${describeExchange(exchange)} was answered with ${status} and a body that is no JSON ` +
        `(${Buffer.byteLength(text)} bytes). Check that the address is a Web API and that no proxy answers for it.`,
      { code: 'bad-response', cause: text === '' ? undefined : withoutText(cause) },
    )
  }
}

// V8 quotes the text around the fault, which is a customer's data.
function withoutText(cause: unknown): Error {
  const position = cause instanceof Error ? /position \d+/.exec(cause.message)?.[0] : undefined
  return new SyntaxError(`not JSON${position === undefined ? '' : ` at ${position}`}`)
}
