import type { DataverseResponse } from '@deltaverse/client'
import { DataverseError, isResponseError } from '@deltaverse/core'
import {
  type BatchAnswer,
  type BatchRequest,
  type ChangesetAnswer,
  createBatchBuilder,
  formatPrefer,
  isBatchResponse,
  parseBatchResponse,
} from '@deltaverse/protocol'
import type { RunContext } from '../plan/run-context.js'
import type { WriteStep } from '../plan/write-step.js'
import { readBatchAnswer, toPartError } from '../response/read-answer.js'
import { isCutShort, type RowAnswer, toErrorAnswer } from '../response/row-answer.js'
import type { PendingRow } from '../row/pending-row.js'
import { bytesOf, contentOf } from '../row/row-facts.js'
import { keepSentBody } from '../row/row-steps.js'
import { toWireCall } from './wire-call.js'

const continueOnError = formatPrefer({ continueOnError: true }) ?? ''

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
  const request = formatBatch(context, rows, step, changesetSize)
  let response: DataverseResponse
  try {
    response = await context.write(
      {
        method: 'POST',
        path: '$batch',
        headers: { 'content-type': request.contentType, prefer: continueOnError },
        body: request.body,
        acceptStatus: [400],
      },
      rows.length,
    )
  } catch (error) {
    context.signal.throwIfAborted()
    return toErrorAnswer(error)
  }
  const answer = readResponse(context, { rows, step, changesetSize }, response, await readBytes(response))
  if (!('kind' in answer)) reportThrottles(context, response, answer)
  return answer
}

function formatBatch(
  { client, plan }: RunContext,
  rows: readonly PendingRow[],
  step: WriteStep,
  changesetSize: number | undefined,
): BatchRequest {
  const batch = createBatchBuilder({
    boundary: `batch_${globalThis.crypto.randomUUID()}`,
    sizeHint: rows.reduce((sum, row) => sum + bytesOf(row), headBytes * rows.length),
  })
  const ends = new Uint32Array(rows.length)
  const rootPath = `${client.serviceRoot.slice(client.origin.length)}/`
  for (const [at, row] of rows.entries()) {
    const place = changesetSize === undefined ? undefined : at % changesetSize
    if (place === 0) batch.openChangeset()
    const { method, path, headers, body } = toWireCall(plan, row, step)
    const end = batch.add({ method, path: rootPath + path, headers, body })
    if (body !== undefined && body === contentOf(row).body) ends[at] = end
    if (place !== undefined && (place + 1 === changesetSize || at + 1 === rows.length)) batch.closeChangeset()
  }
  const request = batch.finish()
  // The texts would be held until the answers come, beside the bytes.
  for (const [at, row] of rows.entries()) {
    const end = ends[at] ?? 0
    if (end > 0) keepSentBody(row, request.body, end)
  }
  return request
}

// What stands around a row beyond what is counted as its own: the boundary, the lines of the part, the path of the service.
const headBytes = 80

/** The body of an answer, without the mark that text may begin with. */
async function readBytes(response: DataverseResponse): Promise<Buffer> {
  const bytes = await response.bytes()
  return bytes[0] === byteOrderMark[0] && bytes.subarray(0, 3).equals(byteOrderMark)
    ? bytes.subarray(3)
    : bytes
}

const byteOrderMark = Buffer.from('\uFEFF')

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

/** What a batch was made of. */
interface SentBatch {
  readonly rows: readonly PendingRow[]
  readonly step: WriteStep
  readonly changesetSize: number | undefined
}

function readResponse(
  context: RunContext,
  { rows, step, changesetSize }: SentBatch,
  response: DataverseResponse,
  body: Buffer,
): ChunkAnswer {
  const nowMs = context.plan.options.clock.now()
  const contentType = response.headers['content-type']
  if (!isBatchResponse(contentType)) return readRefusal(response, body.toString(), nowMs)
  const headersOfSuccess = needsIds(context, rows) ? 'entity-id' : 'none'
  const { items, complete } = parseBatchResponse(body, contentType, { headersOfSuccess })
  const missing = (): RowAnswer => (complete ? { kind: 'not-run' } : lostAnswer(response.url))
  const answers: RowAnswer[] = []
  const read = (answer: BatchAnswer, at: number): RowAnswer => {
    const row = rows[at]
    return row === undefined ? missing() : readBatchAnswer(context, row, step, answer, nowMs)
  }
  for (const item of items) {
    const start = answers.length
    if (start >= rows.length) break
    if (changesetSize === undefined && !('changeset' in item)) {
      answers.push(read(item, start))
      continue
    }
    const size = Math.min(changesetSize ?? 1, rows.length - start)
    answers.push(...readChangeset('changeset' in item ? item : { changeset: [item] }, start, size, read))
  }
  while (answers.length < rows.length) answers.push(missing())
  return answers
}

/** Whether anybody will be told the ids: the caller, or a row's failure in a request that follows. */
function needsIds({ tellsResults }: RunContext, rows: readonly PendingRow[]): boolean {
  return tellsResults || rows.some((row) => contentOf(row).followUps.length > 0)
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
  const { status, headers, url } = response
  return {
    kind: 'error',
    error: toPartError({ status, headers, body: text }, { method: 'POST', url }, nowMs),
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
