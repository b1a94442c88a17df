import type { Clock } from '@deltaverse/core'
import { bufferResponse } from './create-response.js'
import type { OutgoingRequest } from './request.js'
import type { DataverseResponse } from './response.js'
import { toResponseError } from './response-error.js'

/** Whether a status is an answer rather than an error. */
export function isAccepted(status: number, acceptStatus: readonly number[] | undefined): boolean {
  return (status >= 200 && status < 300) || (acceptStatus?.includes(status) ?? false)
}

/**
 * Lets an answer through, with its body in memory where that was asked for.
 *
 * @throws ResponseError for every status that is not an answer
 */
export async function acceptResponse(
  response: DataverseResponse,
  request: OutgoingRequest,
  token: string | undefined,
  clock: Clock,
): Promise<DataverseResponse> {
  const exchange = { method: request.method, url: response.url }
  if (!isAccepted(response.status, request.acceptStatus)) {
    throw await toResponseError(response, exchange, { nowMs: clock.now(), token, signal: request.signal })
  }
  return request.buffered ? bufferResponse(response, exchange) : response
}
