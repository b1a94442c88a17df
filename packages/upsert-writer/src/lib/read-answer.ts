import { ResponseError } from '@deltaverse/contract'
import { type BatchAnswer, classifyError, parseErrorBody, parseRetryAfter } from '@deltaverse/protocol'
import { type RowAnswer, readDone } from './row-answer.js'
import { idIn } from './send-single.js'
import type { WireCall } from './wire-call.js'

export interface AnswerContext {
  readonly call: Pick<WireCall, 'method' | 'path' | 'status'>
  /** Address of the row, for messages. */
  readonly url: string
  readonly primaryIdColumn: string
  readonly nowMs: number
}

/** What one part of a batch's answer says about its row. */
export function readBatchAnswer(answer: BatchAnswer, context: AnswerContext): RowAnswer {
  if (answer.status >= 200 && answer.status < 300) {
    return readDone(context.call.status, {
      status: answer.status,
      entityId: answer.headers['odata-entityid'],
      id: idIn(parseObject(answer.body), context.primaryIdColumn),
    })
  }
  const error = toPartError(answer, context)
  return { kind: 'error', error, lost: answer.status >= 500 && error.serviceCode === undefined }
}

/** The error in a part, or of a whole batch that was refused. */
export function toPartError(
  answer: Pick<BatchAnswer, 'status' | 'headers' | 'body'>,
  { call, url, nowMs }: Pick<AnswerContext, 'call' | 'url' | 'nowMs'>,
): ResponseError {
  const { status, headers } = answer
  const body = parseErrorBody(answer.body, headers['content-type'])
  const verdict = classifyError(status, body)
  const code = body.serviceCode === undefined ? '' : ` ${body.serviceCode}`
  const name = verdict.name === undefined ? '' : ` ${verdict.name}`
  const said =
    body.message === '' ? '.' : `: ${/[.!?…]$/.test(body.message) ? body.message : `${body.message}.`}`
  const advice = verdict.advice === undefined ? '' : ` ${verdict.advice}`
  return new ResponseError(`${call.method} ${url} failed with ${status}${code}${name}${said}${advice}`, {
    code: verdict.errorClass,
    retryable: verdict.retryable,
    status,
    serviceCode: body.serviceCode,
    requestId: headers['x-ms-service-request-id'] ?? headers.req_id,
    retryAfterMs: parseRetryAfter(headers['retry-after'], nowMs),
    method: call.method,
    url,
    body: answer.body,
  })
}

function parseObject(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}
