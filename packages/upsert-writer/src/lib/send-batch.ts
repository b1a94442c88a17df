import type { DataverseResponse } from '@deltaverse/client'
import { DataverseError, isResponseError } from '@deltaverse/contract'
import {
  type BatchAnswer,
  type BatchChangeset,
  type BatchPart,
  type BatchRequest,
  type ChangesetAnswer,
  formatBatchRequest,
  formatPrefer,
  isBatchResponse,
  parseBatchResponse,
} from '@deltaverse/protocol'
import type { PendingRow } from './pending-row.js'
import { readBatchAnswer, toPartError } from './read-answer.js'
import { isCutShort, type RowAnswer, toErrorAnswer } from './row-answer.js'
import type { RunContext } from './run-context.js'
import { toWireCall, type WireCall, type WriteStep } from './wire-call.js'

/** Answers row by row, or one failure for the whole request. */
export type ChunkAnswer = readonly RowAnswer[] | Extract<RowAnswer, { kind: 'error' }>

/**
 * Sends rows as one `$batch`. Parts run one after the other, each in a transaction of its own, and go on after a failed one;
 * those of a changeset are written all or none, whatever the preference says.
 */
export async function sendBatch(
  context: RunContext,
  rows: readonly PendingRow[],
  step: WriteStep,
  changesetSize: number | undefined,
): Promise<ChunkAnswer> {
  const { request, calls } = prepareBatch(context, rows, step, changesetSize)
  let response: DataverseResponse
  try {
    response = await context.write(
      {
        method: 'POST',
        path: '$batch',
        headers: { 'content-type': request.contentType, prefer: formatPrefer({ continueOnError: true })! },
        body: request.body,
        acceptStatus: [400],
      },
      rows.length,
    )
  } catch (error) {
    context.signal.throwIfAborted()
    return toErrorAnswer(error)
  }
  const answer = readResponse(context, calls, changesetSize, response, await response.text())
  if (!('kind' in answer)) reportThrottles(context, response, answer)
  return answer
}

/** What the answers are read by: the calls without their bodies, which would be held until the answers come. */
type SentCall = Pick<WireCall, 'method' | 'path' | 'status'>

function prepareBatch(
  context: RunContext,
  rows: readonly PendingRow[],
  step: WriteStep,
  changesetSize: number | undefined,
): { readonly request: BatchRequest; readonly calls: readonly SentCall[] } {
  const calls = rows.map((row) => toWireCall(context.plan, row, step))
  const request = formatBatchRequest(toItems(context, calls, changesetSize), {
    boundary: `batch_${globalThis.crypto.randomUUID()}`,
  })
  return { request, calls: calls.map(({ method, path, status }) => ({ method, path, status })) }
}

/** A throttle inside of a batch whose own status is 200 is seen by nobody else. */
function reportThrottles(
  { client }: RunContext,
  response: DataverseResponse,
  answers: readonly RowAnswer[],
): void {
  for (const answer of answers) {
    if (answer.kind !== 'error' || answer.error.code !== 'throttled' || !isResponseError(answer.error))
      continue
    const { serviceCode, retryAfterMs, body } = answer.error
    client.governor.refused(response, { serviceCode, retryAfterMs, message: body })
    return
  }
}

function toItems(
  context: RunContext,
  calls: readonly WireCall[],
  changesetSize: number | undefined,
): readonly (BatchPart | BatchChangeset)[] {
  const { origin, serviceRoot } = context.client
  const rootPath = serviceRoot.slice(origin.length)
  const parts = calls.map(({ method, path, headers, body }) => ({
    method,
    path: `${rootPath}/${path}`,
    headers,
    body,
  }))
  if (changesetSize === undefined) return parts
  const changesets: BatchChangeset[] = []
  for (let at = 0; at < parts.length; at += changesetSize) {
    changesets.push({ changeset: parts.slice(at, at + changesetSize) })
  }
  return changesets
}

function readResponse(
  context: RunContext,
  calls: readonly SentCall[],
  changesetSize: number | undefined,
  response: DataverseResponse,
  text: string,
): ChunkAnswer {
  const { client, plan } = context
  const nowMs = plan.options.clock.now()
  const contentType = response.headers['content-type']
  if (!isBatchResponse(contentType)) return readRefusal(response, text, nowMs)
  const { items, complete } = parseBatchResponse(text, contentType)
  const missing = (): RowAnswer => (complete ? { kind: 'not-run' } : lostAnswer(response.url))
  const answers: RowAnswer[] = []
  const read = (answer: BatchAnswer, at: number): RowAnswer => {
    const call = calls[at]!
    return readBatchAnswer(answer, {
      call,
      url: `${client.serviceRoot}/${call.path}`,
      primaryIdColumn: plan.table.primaryIdColumn,
      nowMs,
    })
  }
  for (const item of items) {
    const start = answers.length
    if (start >= calls.length) break
    if (changesetSize === undefined && !('changeset' in item)) {
      answers.push(read(item, start))
      continue
    }
    const size = Math.min(changesetSize ?? 1, calls.length - start)
    answers.push(...readChangeset('changeset' in item ? item : { changeset: [item] }, start, size, read))
  }
  while (answers.length < calls.length) answers.push(missing())
  return answers
}

/**
 * The answers of a changeset. One that failed has a single answer, that of the part which failed; all others were undone.
 * Which part it was stands in its `Content-ID`.
 */
function readChangeset(
  { changeset }: ChangesetAnswer,
  start: number,
  size: number,
  read: (answer: BatchAnswer, at: number) => RowAnswer,
): RowAnswer[] {
  const [first] = changeset
  if (first === undefined) return Array.from({ length: size }, () => ({ kind: 'not-run' }))
  const failed = changeset.find(({ status }) => status >= 400)
  if (failed === undefined) {
    return Array.from({ length: size }, (_, at): RowAnswer => {
      const answer = changeset[at]
      return answer === undefined ? { kind: 'not-run' } : read(answer, start + at)
    })
  }
  const culprit = failed.contentId === undefined ? Number.NaN : Number(failed.contentId) - 1
  const known = culprit >= start && culprit < start + size
  const error = read(failed, known ? culprit : start)
  return Array.from({ length: size }, (_, at): RowAnswer => {
    if (known) return start + at === culprit ? error : { kind: 'not-run' }
    // Nobody says which part it was, so each has to be tried by itself.
    return size === 1 ? error : { kind: 'not-run', alone: true }
  })
}

/** A batch that was refused as a whole answers an error of its own, flat or not. */
function readRefusal(response: DataverseResponse, text: string, nowMs: number): ChunkAnswer {
  if (response.status < 300 || isCutShort(text)) return lostAnswer(response.url)
  const call = { method: 'POST', path: '$batch', status: 'failed' } as const
  return {
    kind: 'error',
    error: toPartError(
      { status: response.status, headers: response.headers, body: text },
      { call, url: response.url, nowMs },
    ),
    lost: false,
  }
}

function lostAnswer(url: string): Extract<RowAnswer, { kind: 'error' }> {
  const error = new DataverseError(`The answer to ${url} ends before it told what became of every row.`, {
    code: 'no-response',
    retryable: true,
  })
  return { kind: 'error', error, lost: true }
}
