import type { BatchOperation } from './batch-item.js'
import { BatchRefusal } from './batch-refusal.js'
import { parseHeaderLines } from './header-lines.js'
import type { MultipartPart } from './multipart-parts.js'

/**
 * Reads the request in an `application/http` part.
 *
 * @throws BatchRefusal when it does not begin with a request line.
 */
export function readOperation(part: MultipartPart): BatchOperation {
  const type = part.headers['content-type']
  if (type === undefined || !/^application\/http\b/i.test(type)) {
    throw new BatchRefusal(`The content type '${type ?? ''}' of a part is not 'application/http'.`)
  }
  const content = part.content.replace(/^(\r?\n)+/, '')
  const [line = '', lineEnd = ''] = /^(.*?)(\r?\n|$)/.exec(content)?.slice(1) ?? []
  const match = /^([A-Z]+) +(\S.*?) +HTTP\/1\.[01][ \t]*$/.exec(line)
  if (match === null) throw new BatchRefusal(`Invalid request line '${line.slice(0, 200)}'.`)
  const [, method = '', url = ''] = match
  const rest = content.slice(line.length + lineEnd.length)
  const { head, body } = splitHead(rest)
  const headers = parseHeaderLines(head)
  const length = headers['content-length'] === undefined ? undefined : Number(headers['content-length'])
  const bytes = Buffer.from(body, 'latin1')
  return {
    kind: 'operation',
    method,
    url,
    headers,
    body: trimEnd(length === undefined ? bytes : bytes.subarray(0, length)),
    contentId: part.headers['content-id'] ?? headers['content-id'],
    readable: part.readable && !/(?<!\r)\n/.test(head) && (length === undefined || bytes.length >= length),
  }
}

// A request without headers has its empty line at once; one without a body may lack it.
function splitHead(text: string): { head: string; body: string } {
  const empty = /^\r?\n|\r?\n\r?\n/.exec(text)
  if (empty === null) return { head: text, body: '' }
  return { head: text.slice(0, empty.index), body: text.slice(empty.index + empty[0].length) }
}

/** Without the empty lines that writers put between a body and the next boundary. */
function trimEnd(bytes: Buffer): Buffer {
  let end = bytes.length
  while (end > 0 && (bytes[end - 1] === 10 || bytes[end - 1] === 13)) end -= 1
  return bytes.subarray(0, end)
}
