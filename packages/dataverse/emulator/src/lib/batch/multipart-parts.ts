import { parseHeaderLines } from './header-lines.js'

/** One part of a multipart body. */
export interface MultipartPart {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly content: string
  /** Whether its line ends are those that the service reads: CRLF around its headers and up to the next boundary. */
  readonly readable: boolean
}

interface Delimiter {
  readonly start: number
  /** Where the line after it starts. */
  readonly end: number
  readonly closing: boolean
  readonly crlf: boolean
}

/**
 * Splits a multipart body, one character per byte. What stands before the first boundary and after the closing one is
 * ignored. Parts with bare line feeds are found, but marked: the service cannot read their streams.
 */
export function splitMultipart(body: string, boundary: string): MultipartPart[] {
  const delimiters = findDelimiters(body, boundary)
  const parts: MultipartPart[] = []
  for (const [index, delimiter] of delimiters.entries()) {
    if (delimiter.closing) break
    const next = delimiters[index + 1]
    const text = body.slice(delimiter.end, next?.start ?? body.length)
    const ended = next?.crlf === true && text.endsWith('\r\n')
    parts.push(readPart(text.replace(/\r?\n$/, ''), delimiter.crlf && ended))
  }
  return parts
}

function findDelimiters(body: string, boundary: string): Delimiter[] {
  const mark = `--${boundary}`
  const found: Delimiter[] = []
  for (let start = body.indexOf(mark); start !== -1; start = body.indexOf(mark, start + 1)) {
    if (start > 0 && body[start - 1] !== '\n') continue
    const rest = /^(--)?[ \t]*(\r\n|\n|$)/.exec(body.slice(start + mark.length, start + mark.length + 80))
    if (rest === null) continue
    const closing = rest[1] !== undefined
    found.push({ start, end: start + mark.length + rest[0].length, closing, crlf: rest[2] === '\r\n' })
    if (closing) break
  }
  return found
}

function readPart(text: string, delimited: boolean): MultipartPart {
  const empty = /\r?\n\r?\n/.exec(text)
  const head = empty === null ? text : text.slice(0, empty.index)
  const content = empty === null ? '' : text.slice(empty.index + empty[0].length)
  const crlf = empty?.[0] === '\r\n\r\n' && !/(?<!\r)\n/.test(head)
  return { headers: parseHeaderLines(head), content, readable: delimited && crlf }
}
