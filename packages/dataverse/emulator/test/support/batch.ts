import type { Emulator } from '../../src/index.js'

/** A request of a batch. */
export interface Operation {
  readonly method: string
  /** Below the service root, or whole when it begins with `/`, `$` or `http`. */
  readonly url: string
  readonly headers?: Record<string, string>
  readonly body?: unknown
  readonly contentId?: string
}

/** A changeset is a list of operations. */
export type Item = Operation | readonly Operation[]

/** The answer to one part. */
export interface PartAnswer {
  readonly mime: string[]
  readonly statusLine: string
  readonly status: number
  readonly headers: string[]
  readonly text: string
  readonly json: Record<string, unknown>
}

/** A batch's answer: its parts in order, changesets as lists. */
export interface BatchAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly parts: (PartAnswer | PartAnswer[])[]
}

const root = '/api/data/v9.2/'

/** Writes a batch body as Microsoft's documents show it. */
export function formatBatch(items: readonly Item[], boundary = 'batch_7f1c'): string {
  const parts = items.map((item, index) => {
    if (!('method' in item)) return formatChangeset(item, `changeset_${index}`)
    return formatOperation(item)
  })
  return `${parts.map((part) => `--${boundary}\r\n${part}\r\n`).join('')}--${boundary}--\r\n`
}

function formatChangeset(operations: readonly Operation[], boundary: string): string {
  const parts = operations.map((operation, index) =>
    formatOperation({ contentId: String(index + 1), ...operation }),
  )
  const body = parts.map((part) => `--${boundary}\r\n${part}\r\n`).join('')
  return `Content-Type: multipart/mixed; boundary="${boundary}"\r\n\r\n${body}--${boundary}--`
}

export function formatOperation({ method, url, headers = {}, body, contentId }: Operation): string {
  const target = /^(\/|\$|http)/.test(url) ? url : root + url
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)
  return [
    'Content-Type: application/http',
    'Content-Transfer-Encoding: binary',
    ...(contentId === undefined || contentId === '' ? [] : [`Content-ID: ${contentId}`]),
    '',
    `${method} ${target} HTTP/1.1`,
    ...(body === undefined ? ['Accept: application/json'] : ['Content-Type: application/json']),
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    '',
    text,
  ].join('\r\n')
}

/** Sends a batch; `items` may be the body as text. */
export async function sendBatch(
  emulator: Emulator,
  items: readonly Item[] | string,
  headers: Record<string, string> = {},
): Promise<BatchAnswer> {
  const response = await fetch(`${emulator.serviceRoot}/$batch`, {
    method: 'POST',
    headers: { 'Content-Type': 'multipart/mixed; boundary="batch_7f1c"', ...headers },
    body: typeof items === 'string' ? items : formatBatch(items),
  })
  const text = await response.text()
  const boundary = /boundary=(\S+)/.exec(response.headers.get('content-type') ?? '')?.[1]
  const parts = boundary === undefined ? [] : split(text, boundary).map(readItem)
  return { status: response.status, headers: response.headers, text, parts }
}

function split(text: string, boundary: string): string[] {
  const [, ...parts] = `\r\n${text}`.split(`\r\n--${boundary}`)
  if (parts.pop()?.startsWith('--') !== true) throw new Error(`No end of ${boundary} in ${text}`)
  return parts.map((part) => part.replace(/^\r\n/, ''))
}

function readItem(part: string): PartAnswer | PartAnswer[] {
  const boundary = /^Content-Type: multipart\/mixed; boundary=(\S+)\r\n\r\n/.exec(part)
  if (boundary === null) return readPart(part)
  return split(part.slice(boundary[0].length), boundary[1]!).map(readPart)
}

function readPart(part: string): PartAnswer {
  const [mime = '', head = '', ...rest] = part.split('\r\n\r\n')
  const [statusLine = '', ...headers] = head.split('\r\n')
  const text = rest.join('\r\n\r\n')
  return {
    mime: mime.split('\r\n'),
    statusLine,
    status: Number(statusLine.split(' ')[1]),
    headers,
    text,
    json: text.startsWith('{') ? JSON.parse(text) : {},
  }
}

/** All answers in one list. */
export function flat(answer: BatchAnswer): PartAnswer[] {
  return answer.parts.flat()
}
