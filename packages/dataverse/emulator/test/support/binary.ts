import type { Emulator } from '../../src/index.js'

/** An answer whose body may be anything. */
export interface BinaryAnswer {
  readonly status: number
  readonly headers: Headers
  readonly bytes: Buffer
  /** `error.code` of an error. */
  readonly code: string | undefined
}

/** Sends bytes, or nothing, to a path below the service root or to a whole URL. */
export async function sendBytes(
  emulator: Emulator,
  method: string,
  path: string,
  call: { readonly body?: Uint8Array; readonly headers?: Record<string, string> } = {},
): Promise<BinaryAnswer> {
  const url = path.startsWith('http') ? path : `${emulator.serviceRoot}/${path}`
  const type = call.body === undefined ? {} : { 'Content-Type': 'application/octet-stream' }
  const response = await fetch(url, {
    method,
    headers: { ...type, ...call.headers },
    ...(call.body === undefined ? {} : { body: new Uint8Array(call.body) }),
  })
  const bytes = Buffer.from(await response.arrayBuffer())
  const isJson = response.headers.get('content-type')?.includes('json') === true
  const parsed = isJson ? (JSON.parse(bytes.toString()) as { error?: { code?: string } }) : {}
  return { status: response.status, headers: response.headers, bytes, code: parsed.error?.code }
}
