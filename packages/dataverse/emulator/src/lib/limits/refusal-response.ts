import { jsonResponse, type ServiceResponse } from '../http/service-response.js'
import type { ResolvedLimits } from './limits-options.js'
import type { LimitFacet, Refusal } from './user-window.js'

const codes: Record<LimitFacet, string> = {
  requests: '0x80072322',
  executionTime: '0x80072321',
  concurrency: '0x80072326',
}

/** The 429 of a limit. Source: Microsoft Learn, "Service protection API limits". */
export function refusalResponse(
  { facet, retryAfterSeconds }: Refusal,
  limits: ResolvedLimits,
): ServiceResponse {
  const error = { code: codes[facet], message: message(facet, limits) }
  return jsonResponse(429, { error }, { 'Retry-After': String(Math.ceil(retryAfterSeconds)) })
}

function message(
  facet: LimitFacet,
  { requests, executionTimeMs, concurrency, windowMs }: ResolvedLimits,
): string {
  const window = `over time window of ${windowMs / 1000} seconds.`
  switch (facet) {
    case 'requests':
      return `Number of requests exceeded the limit of ${requests} ${window}`
    case 'executionTime':
      return (
        'Combined execution time of incoming requests exceeded limit of ' +
        `${executionTimeMs.toLocaleString('en-US')} milliseconds ${window} Decrease number of concurrent requests ` +
        'or reduce the duration of requests and try again later.'
      )
    case 'concurrency':
      return `Number of concurrent requests exceeded the limit of ${concurrency}.`
  }
}
