import { isResponseError } from '@deltaverse/core'
import type { Attempt } from '../../retry/retry.js'
import type { ExchangeOnce } from '../../transport/exchange-once.js'
import type { OutgoingRequest, RequestHandler } from '../../transport/request.js'
import type { DataverseResponse } from '../../transport/response.js'
import { coreOf, type Governor } from '../create-governor.js'
import type { GovernorCore } from '../governor-core.js'
import { admit } from './admission.js'

/** One credential: how it sends, and who governs it. */
export interface Lane {
  readonly governor: Governor
  readonly send: RequestHandler
}

/**
 * Sends through whichever lane has room. A slot is held from here to the headers of the answer (with `buffered` to the end
 * of the body) and not for a body that is streamed: the service is done with the request by then, and a consumer that
 * stops reading in order to write must not keep the writer from its slot.
 */
export function createGovernedAttempt(
  lanes: readonly Lane[],
  onServed: (response: DataverseResponse, governor: Governor) => void,
): Attempt {
  const byCore = new Map<GovernorCore, Lane>(lanes.map((lane) => [coreOf(lane.governor), lane]))
  const cores = [...byCore.keys()]
  return async (request, deadlineMs) => {
    const admitted = admit(cores, { signal: request.signal, deadlineMs })
    const core = admitted instanceof Promise ? await admitted : admitted
    const lane = byCore.get(core) as Lane
    try {
      const response = await lane.send(request)
      onServed(response, lane.governor)
      return response
    } catch (error) {
      if (isResponseError(error) && error.status === 429) {
        core.refuse({ serviceCode: error.serviceCode, message: error.body, retryAfterMs: error.retryAfterMs })
      }
      throw error
    } finally {
      core.leave()
    }
  }
}

/** Shows every answer to the governor, also those that are errors. */
export function observeAnswers(exchange: ExchangeOnce, governor: Governor): ExchangeOnce {
  const core = coreOf(governor)
  return async (request, token) => {
    const inFlightAtStart = core.inFlight()
    const response = await exchange(request, token)
    const { status, headers, elapsedMs } = response
    const [kind, units] = [kindOf(request), unitsOf(request)]
    core.observe({ status, headers, elapsedMs, inFlightAtStart, kind, units })
    return response
  }
}

/** `PATCH contacts`, `POST accounts/Microsoft.Dynamics.CRM.UpsertMultiple`: the address without keys and query. */
function kindOf({ method, path }: OutgoingRequest): string {
  const end = path.search(/[?(]/)
  return `${method} ${end === -1 ? path : path.slice(0, end)}`
}

// Text that is about to be sent grows with its rows; an object is one row or not much more.
function unitsOf({ rows, body }: OutgoingRequest): number {
  if (rows !== undefined) return Math.max(1, rows)
  if (typeof body === 'string') return Math.max(1, body.length)
  return body instanceof Uint8Array ? Math.max(1, body.byteLength) : 1
}
