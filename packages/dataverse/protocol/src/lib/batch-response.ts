import type { BatchAnswer, BatchResponse, ChangesetAnswer } from './batch-answer.js'
import { eachBatchPart } from './batch-parts.js'
import { createBatchSkimmer } from './batch-skimmer.js'

/** Whether an answer to a batch is one that {@link parseBatchResponse} reads; refusals of a whole batch are JSON. */
export function isBatchResponse(contentType: string | undefined): boolean {
  return /^\s*multipart\/mixed\b/i.test(contentType ?? '')
}

export interface ParseBatchOptions {
  /**
   * What is read of an answer 204, which has no body: every header, `OData-EntityId` only, or none. The less, the cheaper; all
   * other answers are read whole. Default: `all`.
   */
  readonly headersOfSuccess?: 'all' | 'entity-id' | 'none' | undefined
}

/**
 * Reads the answer to a batch. Takes LF for CRLF, and a body that ends early: then the answers that are there in full.
 *
 * @throws TypeError for a content type without boundary
 */
export function parseBatchResponse(
  body: string | Buffer,
  contentType: string | undefined,
  { headersOfSuccess = 'all' }: ParseBatchOptions = {},
): BatchResponse {
  const boundary = boundaryOf(contentType)
  if (boundary === undefined) {
    throw new TypeError(
      `the content type of a batch's answer must name a boundary, received ${JSON.stringify(contentType)}`,
    )
  }
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  const skim = headersOfSuccess === 'all' ? undefined : createBatchSkimmer(bytes, headersOfSuccess)
  const items: (BatchAnswer | ChangesetAnswer)[] = []
  let complete = true
  const closed = eachBatchPart(bytes, boundary, (start, end) => {
    const skimmed = skim?.(start, end)
    if (skimmed !== undefined) {
      items.push(skimmed)
      return
    }
    const { headers, rest } = readHead(bytes.toString('utf8', start, end), 0)
    const inner = isBatchResponse(headers['content-type']) ? boundaryOf(headers['content-type']) : undefined
    if (inner === undefined) {
      items.push(...readAnswer(headers, rest))
      return
    }
    const changeset: BatchAnswer[] = []
    const innerBytes = Buffer.from(rest)
    const innerClosed = eachBatchPart(innerBytes, inner, (from, to) => {
      const head = readHead(innerBytes.toString('utf8', from, to), 0)
      changeset.push(...readAnswer(head.headers, head.rest))
    })
    complete &&= innerClosed
    items.push({ changeset })
  })
  return { items, complete: complete && closed }
}

function boundaryOf(contentType: string | undefined): string | undefined {
  const match = /;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType ?? '')
  return match?.[1] ?? match?.[2]
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
