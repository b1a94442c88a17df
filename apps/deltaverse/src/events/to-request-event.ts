import type { ClientEvent } from '@deltaverse/client'
import { isResponseError } from '@deltaverse/core'
import { describeError } from '../program/describe-error.js'
import { formatWait } from '../program/format-quantity.js'
import { gateWords } from './gate-words.js'
import type { EventWords, RequestEvent } from './run-event.js'
import { shortenUrl, shortenUrls } from './shorten-url.js'

/** How often a request is sent at most, where waiting may help. */
export const requestAttempts = 6

/** What a client tells, as plain data. */
export function toRequestEvent(event: ClientEvent): RequestEvent {
  if (event.kind !== 'retry') return event
  const { attempt, delayMs, untilMs, error, request } = event
  // A wait that the service asks for does not use up an attempt.
  const isAskedFor = isResponseError(error) && error.status === 429
  const { code, message } = describeError(error)
  return {
    kind: 'retry',
    attempt: attempt + 1,
    ...(!isAskedFor && { of: requestAttempts }),
    method: request.method,
    url: shortenUrl(request.url),
    error: { code, message: shortenUrls(message) },
    delayMs,
    untilMs,
  }
}

/** What people read of it. */
export function requestWords(event: RequestEvent): EventWords | undefined {
  switch (event.kind) {
    case 'retry': {
      const of = event.of === undefined ? '' : ` of ${event.of}`
      const text = `${event.error.message} Attempt ${event.attempt}${of} ${formatWait(event)}`
      return { level: 'info', text }
    }
    case 'gate-closed': {
      const delayMs = Math.max(0, event.untilMs - Date.now())
      const wait = formatWait({ delayMs, untilMs: event.untilMs })
      return { level: 'info', text: `waiting: ${gateWords[event.reason]}; goes on ${wait}` }
    }
    case 'gate-opened':
      return { level: 'trace', text: `goes on, with ${event.waiting} requests that waited` }
    case 'ceiling-changed':
      return { level: 'trace', text: `${event.ceiling} requests at a time (${event.reason})` }
    case 'waited':
      return undefined
  }
}
