import type { IncomingMessage } from 'node:http'
import { parseExactJson } from './exact-json.js'
import { parsePreferences } from './preferences.js'
import { ServiceError, segmentNotFound } from './service-error.js'
import type { ParsedRequest } from './service-response.js'

/** Limits of what is read. */
export interface RequestLimits {
  readonly maxRequestBytes: number
  /** Of a body of the type `application/octet-stream`. */
  readonly maxFileRequestBytes: number
  readonly organizationSegment: string | undefined
}

/** Microsoft Learn, "Compose HTTP requests and handle errors": a GET URL has at most this many characters. */
const maxUrlLength = 32_768
const methods = new Set(['GET', 'POST', 'PATCH', 'PUT', 'DELETE'])

/**
 * Reads and takes apart a request.
 *
 * @throws ServiceError for a method, URL or body that no resource takes.
 */
export async function readRequest(message: IncomingMessage, limits: RequestLimits): Promise<ParsedRequest> {
  const method = message.method ?? 'GET'
  const url = message.url ?? '/'
  const isFile = /^application\/octet-stream\b/i.test(message.headers['content-type'] ?? '')
  const bytes = await readBytes(message, isFile ? limits.maxFileRequestBytes : limits.maxRequestBytes)
  if (!methods.has(method)) {
    throw new ServiceError(405, '0x8006088a', `The HTTP method '${method}' is not allowed.`)
  }
  if (url.length > maxUrlLength) {
    throw new ServiceError(414, '0x80060888', `The URL is longer than ${maxUrlLength} characters.`)
  }
  const target = requestTarget(url, limits.organizationSegment)
  const headers = joinedHeaders(message)
  const host = headers.host ?? 'localhost'
  return {
    method,
    segments: target.segments,
    rawQuery: target.rawQuery,
    headers,
    preferences: parsePreferences(headers.prefer),
    body: parseBody(bytes, headers['content-type']),
    serviceRoot: `http://${host}${target.root}`,
  }
}

/** Takes the path of a request apart: service root, segments, query string. */
export function requestTarget(
  url: string,
  organization: string | undefined,
): { root: string; segments: string[]; rawQuery: string } {
  const question = url.indexOf('?')
  const path = question === -1 ? url : url.slice(0, question)
  const prefix = organization === undefined ? '' : `/${organization}`
  const match = /^\/api\/data\/v9\.[0-2](?=\/|$)/.exec(
    path.startsWith(prefix) ? path.slice(prefix.length) : '',
  )
  if (match === null) throw segmentNotFound(path.split('/').find((segment) => segment !== '') ?? '')
  const root = prefix + match[0]
  const segments = path
    .slice(root.length)
    .split('/')
    .filter((segment) => segment !== '')
    .map(decodeSegment)
  return { root, segments, rawQuery: question === -1 ? '' : url.slice(question + 1) }
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw new ServiceError(400, '0x8006088a', 'Bad Request - Error in query syntax.')
  }
}

function joinedHeaders(message: IncomingMessage): Record<string, string | undefined> {
  const joined: Record<string, string | undefined> = {}
  for (const [name, values] of Object.entries(message.headersDistinct)) joined[name] = values?.join(', ')
  return joined
}

async function readBytes(message: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const tooLarge = (): ServiceError =>
    new ServiceError(413, '0x8004418A', `The request is longer than ${maxBytes} bytes.`, {
      headers: { Connection: 'close' },
    })
  if (Number(message.headers['content-length'] ?? 0) > maxBytes) throw tooLarge()
  const chunks: Buffer[] = []
  let length = 0
  // Leaving the loop must not end the connection: the refusal still has to be sent through it.
  for await (const chunk of message.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > maxBytes) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Reads a body: JSON as exact JSON, anything else as it is. */
export function parseBody(bytes: Buffer, contentType: string | undefined): unknown {
  if (bytes.length === 0) return undefined
  if (contentType !== undefined && !/json/i.test(contentType)) return bytes
  try {
    return parseExactJson(bytes.toString('utf8'))
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    throw new ServiceError(400, '0x80048d19', `Error identified in Payload provided by the user: ${detail}`)
  }
}
