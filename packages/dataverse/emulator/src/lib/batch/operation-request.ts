import { parsePreferences } from '../http/preferences.js'
import { parseBody, requestTarget } from '../http/read-request.js'
import { ServiceError } from '../http/service-error.js'
import type { ParsedRequest } from '../http/service-response.js'
import type { BatchOperation } from './batch-item.js'
import { type ContentAddresses, resolveBody, resolveUrl } from './content-references.js'

/** Microsoft Learn, "Execute batch operations using the Web API": longer than the URL of a plain request may be. */
const maxUrlLength = 65_536
const methods = new Set(['GET', 'POST', 'PATCH', 'PUT', 'DELETE'])

/**
 * Makes a request of a part of a batch.
 *
 * @throws ServiceError for what the part is answered with, without having run.
 */
export function operationRequest(
  operation: BatchOperation,
  outer: ParsedRequest,
  organizationSegment: string | undefined,
  addresses: ContentAddresses,
): ParsedRequest {
  const { method, headers, body, readable } = operation
  if (!readable) throw unreadable()
  if (!methods.has(method)) {
    throw new ServiceError(405, '0x8006088a', `The HTTP method '${method}' is not allowed.`)
  }
  const url = resolveUrl(operation.url, addresses)
  if (url.length > maxUrlLength) {
    throw new ServiceError(414, '0x80060888', `The URL is longer than ${maxUrlLength} characters.`)
  }
  const target = requestTarget(url.replace(/^https?:\/\/[^/]+/i, ''), organizationSegment)
  return {
    method,
    segments: target.segments,
    rawQuery: target.rawQuery,
    headers: { host: outer.headers.host, ...headers },
    preferences: parsePreferences(headers.prefer),
    body: readBody(body, headers['content-type'], addresses),
    serviceRoot: outer.serviceRoot.replace(/^(https?:\/\/[^/]+).*$/, `$1${target.root}`),
  }
}

function readBody(bytes: Buffer, contentType: string | undefined, addresses: ContentAddresses): unknown {
  const body = parseBody(bytes, contentType)
  if (Buffer.isBuffer(body)) return body
  return bytes.includes('"$') || bytes.includes('"/$') ? resolveBody(body, addresses) : body
}

function unreadable(): ServiceError {
  return new ServiceError(
    400,
    '0x80048d19',
    "Error identified in Payload provided by the user for Entity :'', For more information on this error " +
      'please follow this help link https://go.microsoft.com/fwlink/?linkid=2195293  ----> ' +
      'InnerException : System.ArgumentException: Stream was not readable.',
  )
}
