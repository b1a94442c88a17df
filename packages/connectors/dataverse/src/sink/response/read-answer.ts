import type { HttpMethod } from '@deltaverse/client'
import { ResponseError } from '@deltaverse/core'
import { type BatchAnswer, classifyError, parseErrorBody, parseRetryAfter } from '@deltaverse/protocol'
import type { RunContext } from '../plan/run-context.js'
import type { WriteStep } from '../plan/write-step.js'
import { statusOf, toWireCall } from '../request/wire-call.js'
import type { PendingRow } from '../row/pending-row.js'
import { readRepresentation } from './representation.js'
import { type RowAnswer, readDone } from './row-answer.js'

/** What one part of a batch's answer says about its row. */
export function readBatchAnswer(
  { client, plan }: RunContext,
  row: PendingRow,
  step: WriteStep,
  answer: BatchAnswer,
  nowMs: number,
): RowAnswer {
  if (answer.status >= 200 && answer.status < 300) {
    const told = answer.body === '' ? undefined : readRepresentation(plan, answer.body)
    return readDone(statusOf(plan, row, step), {
      status: answer.status,
      entityId: answer.headers['odata-entityid'],
      id: told?.id,
      stored: told?.stored,
    })
  }
  const { method, path } = toWireCall(plan, row, step)
  const error = toPartError(answer, { method, url: `${client.serviceRoot}/${path}` }, nowMs)
  return { kind: 'error', error, lost: answer.status >= 500 && error.serviceCode === undefined }
}

/** The error in a part, or of a whole batch that was refused. */
export function toPartError(
  answer: Pick<BatchAnswer, 'status' | 'headers' | 'body'>,
  { method, url }: { readonly method: HttpMethod; readonly url: string },
  nowMs: number,
): ResponseError {
  const { status, headers } = answer
  const body = parseErrorBody(answer.body, headers['content-type'])
  const verdict = classifyError(status, body)
  const code = body.serviceCode === undefined ? '' : ` ${body.serviceCode}`
  const name = verdict.name === undefined ? '' : ` ${verdict.name}`
  const said =
    body.message === '' ? '.' : `: ${/[.!?…]$/.test(body.message) ? body.message : `${body.message}.`}`
  const advice = verdict.advice === undefined ? '' : ` ${verdict.advice}`
  return new ResponseError(`${method} ${url} failed with ${status}${code}${name}${said}${advice}`, {
    code: verdict.errorClass,
    retryable: verdict.retryable,
    status,
    serviceCode: body.serviceCode,
    requestId: headers['x-ms-service-request-id'] ?? headers.req_id,
    retryAfterMs: parseRetryAfter(headers['retry-after'], nowMs),
    method,
    url,
    body: answer.body,
  })
}
