import type { Emulator } from '../../src/index.js'

/** An answer with its body read. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body as JSON; `{}` when there is none. */
  readonly json: Record<string, unknown>
}

export interface Call {
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

/** Sends a request to a path below the service root, or to a whole URL. */
export async function send(
  emulator: Emulator,
  method: string,
  path: string,
  call: Call = {},
): Promise<Answer> {
  const url = path.startsWith('http') ? path : `${emulator.serviceRoot}/${path}`
  const { body } = call
  const response = await fetch(url, {
    method,
    headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...call.headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json') === true && text !== ''
  return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : {} }
}

/** The error object of an answer. */
export function errorOf(answer: Answer): Record<string, string> {
  return (answer.json.error ?? {}) as Record<string, string>
}

/** The rows of a list answer. */
export function rowsOf(answer: Answer): Record<string, unknown>[] {
  return answer.json.value as Record<string, unknown>[]
}

/** A GUID that ends in a number. */
export function guid(number: number): string {
  return `aaaaaaaa-0000-4000-8000-${String(number).padStart(12, '0')}`
}

/** A clock that stands still until it is moved. */
export interface TestClock {
  now: number
  readonly read: () => number
}

export function createTestClock(start = Date.UTC(2026, 2, 15, 9, 41, 7)): TestClock {
  const clock: TestClock = { now: start, read: () => clock.now }
  return clock
}

/** Milliseconds of a day. */
export const dayMs = 86_400_000

/** A page walk: all pages from a path on, each as its answer. */
export async function pagesFrom(
  emulator: Emulator,
  path: string,
  headers: Record<string, string>,
): Promise<Answer[]> {
  const pages: Answer[] = []
  for (let next: string | undefined = path; next !== undefined; ) {
    const page: Answer = await send(emulator, 'GET', next, { headers })
    pages.push(page)
    next = page.json['@odata.nextLink'] as string | undefined
  }
  return pages
}
