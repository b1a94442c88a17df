import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import type { ServiceResponse } from './service-response.js'

/** A response as bytes, ready to be sent. */
export interface EncodedResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: Buffer
}

/** Smaller bodies are not worth compressing. */
const minCompressedBytes = 1024

/** Adds the headers that every response has, and compresses when the request accepts it. */
export function encodeResponse(
  response: ServiceResponse,
  accepted: string | undefined,
  compression: boolean,
  requestId: string,
): EncodedResponse {
  const plain = typeof response.body === 'string' ? Buffer.from(response.body) : (response.body ?? noBytes)
  const isFile = response.headers?.['Content-Type'] === 'application/octet-stream'
  const encoding =
    compression && !isFile && plain.length >= minCompressedBytes ? acceptedEncoding(accepted) : undefined
  const body = encoding === undefined ? plain : compress(plain, encoding)
  const bodiless = response.status === 204 || response.status === 304
  return {
    status: response.status,
    headers: {
      'OData-Version': '4.0',
      'Cache-Control': 'no-cache',
      'x-ms-service-request-id': requestId,
      REQ_ID: requestId,
      ...response.headers,
      ...(encoding === undefined ? {} : { 'Content-Encoding': encoding, Vary: 'Accept-Encoding' }),
      ...(bodiless ? {} : { 'Content-Length': String(body.length) }),
    },
    body,
  }
}

const noBytes = Buffer.alloc(0)

function acceptedEncoding(accepted: string | undefined): 'gzip' | 'br' | undefined {
  const offered = (accepted ?? '')
    .split(',')
    .filter((each) => !/;\s*q=0(\.0*)?\s*$/.test(each))
    .map((each) => each.replace(/;.*$/s, '').trim().toLowerCase())
  if (offered.includes('gzip')) return 'gzip'
  return offered.includes('br') ? 'br' : undefined
}

function compress(body: Buffer, encoding: 'gzip' | 'br'): Buffer {
  if (encoding === 'gzip') return gzipSync(body, { level: 1 })
  return brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })
}
