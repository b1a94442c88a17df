import type { BatchPart, BatchRequest } from './batch-part.js'
import { createTextBuffer } from './text-buffer.js'

/** Puts a `$batch` together request by request, as the bytes that are sent. */
export interface BatchBuilder {
  /**
   * Adds a request; between `openChangeset()` and `closeChangeset()` it is a part of the changeset, with the next `Content-ID`.
   *
   * @returns where in the batch the request's own body ends
   */
  add(part: BatchPart): number
  openChangeset(): void
  closeChangeset(): void
  /** Ends the batch. @throws RangeError when it holds no request */
  finish(): BatchRequest
}

export interface BatchBuilderOptions {
  readonly boundary: string
  /** Expected size in bytes; more is taken, too. Default: 4,096. */
  readonly sizeHint?: number | undefined
}

/** Requests that one batch may hold (Microsoft Learn: Execute batch operations using the Web API). */
export const maxBatchParts = 1_000

const lineEnd = '\r\n'
const token = /^[A-Za-z0-9_.-]{1,60}$/
const partHead = `Content-Type: application/http${lineEnd}Content-Transfer-Encoding: binary${lineEnd}`

/**
 * Creates a builder. Every line ends with CRLF, the last one as well: with anything else the service answers that the
 * stream of the last part was not readable (seen in the field).
 *
 * Its methods throw a TypeError for a method, path or header that would break the text, or a GET in a changeset, and a
 * RangeError for more than 1,000 requests.
 *
 * @throws TypeError for a boundary that would break the text
 */
export function createBatchBuilder({ boundary, sizeHint = 4_096 }: BatchBuilderOptions): BatchBuilder {
  if (!token.test(boundary)) {
    throw new TypeError(
      `boundary must be 1 to 60 letters, digits and _.-, received ${JSON.stringify(boundary)}`,
    )
  }
  const text = createTextBuffer(sizeHint)
  // Parts of a batch are mostly alike but for their paths.
  const formatHeaders = rememberLast(formatHeaderLines)
  const plainStart = rememberLast(
    (method: string) => `--${boundary}${lineEnd}${partHead}${lineEnd}${checkMethod(method)} `,
  )
  let parts = 0
  let contentId = 0
  let inner: string | undefined

  function startOf(method: string): string {
    if (inner === undefined) return plainStart(method)
    if (method === 'GET') throw new TypeError('a changeset cannot hold a GET')
    contentId += 1
    return `--${inner}${lineEnd}${partHead}Content-ID: ${contentId}${lineEnd}${lineEnd}${checkMethod(method)} `
  }

  return {
    add({ method, path, headers, body }) {
      parts += 1
      if (parts > maxBatchParts) throw wrongCount(parts)
      checkPath(path)
      const lines = headers === undefined ? '' : formatHeaders(headers)
      text.addAscii(`${startOf(method)}${path}${version}${lines}${typeLine(method, body)}`)
      if (body !== undefined) text.add(body)
      const end = text.size
      // A part without a body ends with two empty lines; without the second one the service reads on into the boundary.
      text.endLine()
      return end
    },
    openChangeset() {
      inner = `${boundary}_c${contentId}`
      text.addAscii(
        `--${boundary}${lineEnd}Content-Type: multipart/mixed; boundary="${inner}"${lineEnd}${lineEnd}`,
      )
    },
    closeChangeset() {
      text.addAscii(`--${inner}--${lineEnd}`)
      inner = undefined
    },
    finish() {
      if (parts === 0) throw wrongCount(parts)
      text.addAscii(`--${boundary}--${lineEnd}${lineEnd}`)
      return { contentType: `multipart/mixed; boundary="${boundary}"`, body: text.bytes() }
    },
  }
}

const slash = 0x2f
const dollar = 0x24
const version = ` HTTP/1.1${lineEnd}`

/** The last header line and the empty one behind it. */
function typeLine(method: string, body: string | undefined): string {
  if (body !== undefined) return `Content-Type: application/json${lineEnd}${lineEnd}`
  return method === 'GET' ? `Accept: application/json${lineEnd}${lineEnd}` : lineEnd
}

/** The same function, which answers at once when it is asked the same as the last time. */
function rememberLast<Question, Answer>(ask: (question: Question) => Answer): (question: Question) => Answer {
  let last: { readonly question: Question; readonly answer: Answer } | undefined
  return (question) => {
    if (last === undefined || last.question !== question) last = { question, answer: ask(question) }
    return last.answer
  }
}

export function wrongCount(count: number): RangeError {
  return new RangeError(`a batch must hold 1 to ${maxBatchParts} requests, received ${count}`)
}

function checkMethod(method: string): string {
  if (/^[A-Z]+$/.test(method)) return method
  throw new TypeError(`method must be a word in capitals, received ${JSON.stringify(method)}`)
}

function checkPath(path: string): void {
  // Letter by letter takes half the time of a pattern, and there is a path for every row.
  const first = path.charCodeAt(0)
  let visible = first === slash || first === dollar
  for (let at = 1; visible && at < path.length; at += 1) {
    const code = path.charCodeAt(at)
    visible = code > 0x20 && code < 0x7f
  }
  if (visible) return
  throw new TypeError(
    `a path in a batch must start with '/' or '$' and hold visible ASCII only, received ${JSON.stringify(path.slice(0, 200))}`,
  )
}

function formatHeaderLines(headers: Readonly<Record<string, string>>): string {
  let lines = ''
  for (const [name, value] of Object.entries(headers)) lines += formatHeader(name, value) + lineEnd
  return lines
}

function formatHeader(name: string, value: string): string {
  if (/^[A-Za-z0-9_.-]+$/.test(name) && !/[^\t\x20-\x7e]/.test(value)) return `${name}: ${value}`
  throw new TypeError(`the header ${JSON.stringify(name)} cannot be written in a batch`)
}
