import { methodNotAllowed, notEmulated, ServiceError } from '../http/service-error.js'
import type { ParsedRequest, ServiceResponse } from '../http/service-response.js'
import { formatBatchAnswer } from './batch-answer.js'
import { BatchRefusal, refusalResponse } from './batch-refusal.js'
import { parseBoundary } from './multipart-boundary.js'
import { parseBatch } from './parse-batch.js'
import { type BatchParts, runBatch } from './run-batch.js'

/**
 * Serves `POST $batch`. Source: Microsoft Learn, "Execute batch operations using the Web API".
 *
 * @throws ServiceError for what is no multipart batch, ConnectionDropped when a scripted fault says so.
 */
export async function handleBatch(parts: BatchParts, request: ParsedRequest): Promise<ServiceResponse> {
  if (request.method !== 'POST') throw methodNotAllowed(request.method)
  const type = request.headers['content-type']
  if (type !== undefined && /json/i.test(type)) throw notEmulated('$batch bodies in JSON')
  const boundary = parseBoundary(type)
  if (boundary === undefined) {
    throw new ServiceError(
      400,
      '0x80060888',
      `The content type '${type ?? ''}' of a batch is not 'multipart/mixed' with a boundary.`,
    )
  }
  try {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
    return await answerBatch(
      parts,
      request,
      parseBatch(body, boundary, parts.service.options.maxBatchOperations),
    )
  } catch (error) {
    if (error instanceof BatchRefusal) return refusalResponse(error.message)
    throw error
  }
}

async function answerBatch(
  parts: BatchParts,
  request: ParsedRequest,
  items: ReturnType<typeof parseBatch>,
): Promise<ServiceResponse> {
  const { answers, failed, rows, ran } = await runBatch(parts, request, items)
  const { continueOnError } = request.preferences
  const stopped = failed && !continueOnError
  const shown =
    stopped && parts.service.options.batchAnswersBeforeFailure === 'dropped' ? answers.slice(-1) : answers
  const boundary = `batchresponse_${parts.ids.next()}`
  return {
    status: stopped ? 400 : 200,
    headers: {
      'Content-Type': `multipart/mixed; boundary=${boundary}`,
      ...(continueOnError ? { 'Preference-Applied': 'odata.continue-on-error' } : {}),
    },
    body: formatBatchAnswer(boundary, shown),
    rows,
    parts: ran,
  }
}
