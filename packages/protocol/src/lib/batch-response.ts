/** The answer to one request of a batch. */
export interface BatchAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Only inside changesets. */
  readonly contentId?: string
}

/** The answers to a changeset; a single one when it failed, which then speaks for all its parts. */
export interface ChangesetAnswer {
  readonly changeset: readonly BatchAnswer[]
}

/** A batch's answers, in the order of its requests. There may be fewer: what has no answer was not run. */
export interface BatchResponse {
  readonly items: readonly (BatchAnswer | ChangesetAnswer)[]
  /** Whether the closing boundary came. If not, the last answers may be missing although their requests were run. */
  readonly complete: boolean
}

/** Whether an answer to a batch is one that {@link parseBatchResponse} reads; refusals of a whole batch are JSON. */
export function isBatchResponse(contentType: string | undefined): boolean {
  return /^\s*multipart\/mixed\b/i.test(contentType ?? '')
}

/**
 * Reads the answer to a batch. Takes LF for CRLF, and a body that ends early: then the answers that are there in full.
 *
 * @throws TypeError for a content type without boundary
 */
export function parseBatchResponse(text: string, contentType: string | undefined): BatchResponse {
  const boundary = boundaryOf(contentType)
  if (boundary === undefined) {
    throw new TypeError(
      `the content type of a batch's answer must name a boundary, received ${JSON.stringify(contentType)}`,
    )
  }
  let complete = true
  const { parts, closed } = splitParts(text, boundary)
  complete &&= closed
  const items = parts.flatMap((part): (BatchAnswer | ChangesetAnswer)[] => {
    const { headers, rest } = readHead(part, 0)
    const inner = isBatchResponse(headers['content-type']) ? boundaryOf(headers['content-type']) : undefined
    if (inner === undefined) return readAnswer(headers, rest)
    const nested = splitParts(rest, inner)
    complete &&= nested.closed
    const changeset = nested.parts.flatMap((each) => {
      const head = readHead(each, 0)
      return readAnswer(head.headers, head.rest)
    })
    return [{ changeset }]
  })
  return { items, complete }
}

function boundaryOf(contentType: string | undefined): string | undefined {
  const match = /;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType ?? '')
  return match?.[1] ?? match?.[2]
}

/** The texts between the boundary's lines. What stands before the first is no part, nor what no boundary ends. */
function splitParts(text: string, boundary: string): { parts: string[]; closed: boolean } {
  const parts: string[] = []
  const delimiter = `--${boundary}`
  let start = -1
  let at = text.indexOf(delimiter)
  while (at !== -1) {
    const end = at + delimiter.length
    const line = /^(--)?[ \t]*(?:\r?\n|$)/.exec(text.slice(end, end + 100))
    if (line !== null && (at === 0 || text[at - 1] === '\n')) {
      if (start !== -1) parts.push(text.slice(start, at))
      if (line[1] !== undefined) return { parts, closed: true }
      start = end + line[0].length
    }
    at = text.indexOf(delimiter, end)
  }
  return { parts, closed: false }
}

function readHead(
  text: string,
  from: number,
): { headers: Record<string, string>; rest: string; first: string } {
  const headers: Record<string, string> = {}
  let at = from
  let first = ''
  while (at < text.length) {
    const newline = text.indexOf('\n', at)
    const end = newline === -1 ? text.length : newline
    const line = text.slice(at, end).trimEnd()
    at = end + 1
    if (line === '') break
    if (first === '') first = line
    const colon = line.indexOf(':')
    if (colon > 0) headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim()
  }
  return { headers, rest: text.slice(at), first }
}

function readAnswer(partHeaders: Readonly<Record<string, string>>, text: string): BatchAnswer[] {
  const { headers, rest, first } = readHead(text.trimStart(), 0)
  const status = /^HTTP\/\d(?:\.\d)? (\d{3})\b/.exec(first)?.[1]
  if (status === undefined) return []
  const contentId = partHeaders['content-id'] ?? headers['content-id']
  return [
    {
      status: Number(status),
      headers,
      body: rest.trimEnd(),
      ...(contentId === undefined ? {} : { contentId }),
    },
  ]
}
