import type { BatchAnswer } from './batch-response.js'

const firstNoContent = /HTTP\/\d(?:\.\d)? 204\b[^\n]*\n/
const entityIdLine = '\nOData-EntityId: '

/**
 * Creates a quick look at the parts of one answer that say 204: such a part has no body, and the ones of one answer begin
 * alike, so that all but the first are known by their beginning.
 *
 * @returns `undefined` for every part that has to be read whole
 */
export function createAnswerSkimmer(
  text: string,
  headers: 'entity-id' | 'none',
): (start: number, end: number) => BatchAnswer | undefined {
  // The head of such a part up to the end of its status line.
  let beginning: string | undefined

  function beginsAlike(start: number, end: number): boolean {
    if (beginning === undefined) {
      const part = text.slice(start, end)
      const line = firstNoContent.exec(part)
      // Nothing but the part's own head may stand before it, and a Content-ID or a boundary in there tells more.
      if (line === null || !isPlainHead(part.slice(0, line.index))) return false
      beginning = part.slice(0, line.index + line[0].length)
    }
    return text.startsWith(beginning, start) && start + beginning.length <= end
  }

  // The next line of that name, wherever it is: what has none must not be searched to the end part by part.
  let idLine = -1

  return (start, end) => {
    if (!beginsAlike(start, end)) return undefined
    if (headers === 'none') return noContent
    const from = start + beginning!.length - 1
    if (idLine < from) idLine = indexOrEnd(text, entityIdLine, from)
    if (idLine >= end) return undefined
    const value = idLine + entityIdLine.length
    const entityId = text.slice(value, indexOrEnd(text, '\n', value)).trimEnd()
    return { status: 204, headers: { 'odata-entityid': entityId }, body: '' }
  }
}

function indexOrEnd(text: string, what: string, from: number): number {
  const at = text.indexOf(what, from)
  return at === -1 ? text.length : at
}

const noContent: BatchAnswer = { status: 204, headers: {}, body: '' }

/** Whether the head of a part says nothing but that a response follows. */
function isPlainHead(head: string): boolean {
  return /^(?:Content-(?:Type: application\/http|Transfer-Encoding: binary)\r?\n)+\r?\n$/i.test(head)
}
