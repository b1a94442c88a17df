import type { ServiceRoot } from '@deltaverse/protocol'
import type { DataverseRequest, HttpMethod, OutgoingRequest } from './request.js'
import { toRequestPath } from './request-url.js'

const methods: ReadonlySet<string> = new Set<HttpMethod>(['GET', 'POST', 'PATCH', 'PUT', 'DELETE'])

/** Completes a caller's request with the headers that every request carries, and checks it. */
export function toOutgoingRequest(
  root: ServiceRoot,
  userAgent: string,
  request: DataverseRequest,
  signal: AbortSignal | undefined,
): OutgoingRequest {
  if (!methods.has(request.method)) {
    throw new TypeError(
      `method must be one of ${[...methods].join(', ')}, received ${String(request.method)}`,
    )
  }
  const headers = { ...defaultHeaders(request, userAgent), ...lowerCaseNames(request.headers ?? {}) }
  refuseAuthorization(headers)
  return {
    ...request,
    headers,
    url: root.origin + toRequestPath(root, request.path),
    ...(signal === undefined ? {} : { signal }),
  }
}

/** Tokens belong to the credential: a header would land in logs and in what interceptors and callbacks see. */
export function refuseAuthorization(headers: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(headers)) {
    if (name.toLowerCase() === 'authorization') {
      throw new TypeError(
        'headers must not hold Authorization: give the client a credential or a token function',
      )
    }
  }
}

function defaultHeaders(request: DataverseRequest, userAgent: string): Record<string, string> {
  return {
    accept: 'application/json',
    'accept-encoding': 'gzip, br',
    'odata-version': '4.0',
    'odata-maxversion': '4.0',
    'user-agent': userAgent,
    // The literal word: recommended on reads, so that no cache answers (Microsoft Learn: Compose HTTP requests).
    ...(request.method === 'GET' ? { 'if-none-match': 'null' } : {}),
    ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
  }
}

function lowerCaseNames(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}
