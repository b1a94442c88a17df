import type { BatchAnswer } from './batch-answer.js'

const firstNoContent = /HTTP\/\d(?:\.\d)? 204\b[^\n]*\n/
const entityIdLine = Buffer.from('\nOData-EntityId: ')
const lineFeed = 0x0a

/**
 * Creates a quick look at the parts of one answer that say 204. Such a part has no body, and those of one answer begin alike,
 * so that all but the first are known by their beginning.
 *
 * @returns what a part says; `undefined` for every part that has to be read whole
 */
export function createBatchSkimmer(
  bytes: Buffer,
  headers: 'entity-id' | 'none',
): (start: number, end: number) => BatchAnswer | undefined {
  // The head of such a part up to the end of its status line.
  let beginning: Buffer | undefined
  // The next line of that name, wherever it is: what has none must not be searched to the end part by part.
  let idLine = -1

  function learn(start: number, end: number): Buffer | undefined {
    const part = bytes.toString('latin1', start, end)
    const line = firstNoContent.exec(part)
    // Nothing but the part's own head may stand before it, and a Content-ID or a boundary in there tells more.
    if (line === null || !isPlainHead(part.slice(0, line.index))) return undefined
    return bytes.subarray(start, start + line.index + line[0].length)
  }

  return (start, end) => {
    beginning ??= learn(start, end)
    if (beginning === undefined || !startsWith(bytes, beginning, start, end)) return undefined
    if (headers === 'none') return noContent
    const from = start + beginning.length - 1
    if (idLine < from) idLine = indexOrEnd(bytes, entityIdLine, from)
    if (idLine >= end) return undefined
    const value = idLine + entityIdLine.length
    const entityId = bytes.toString('utf8', value, indexOrEnd(bytes, lineFeed, value)).trimEnd()
    return { status: 204, headers: { 'odata-entityid': entityId }, body: '' }
  }
}

function startsWith(bytes: Buffer, text: Buffer, start: number, end: number): boolean {
  if (start + text.length > end) return false
  for (let at = 0; at < text.length; at += 1) if (bytes[start + at] !== text[at]) return false
  return true
}

function indexOrEnd(bytes: Buffer, what: Buffer | number, from: number): number {
  const at = bytes.indexOf(what, from)
  return at === -1 ? bytes.length : at
}

const noContent: BatchAnswer = { status: 204, headers: {}, body: '' }

/** Whether the head of a part says nothing but that a response follows. */
function isPlainHead(head: string): boolean {
  return /^(?:Content-(?:Type: application\/http|Transfer-Encoding: binary)\r?\n)+\r?\n$/i.test(head)
}
