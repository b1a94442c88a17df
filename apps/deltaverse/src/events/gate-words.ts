import type { GateReason } from '@deltaverse/client'

/** Why requests wait, in words. */
export const gateWords: Readonly<Record<GateReason, string>> = {
  'requests-refused': 'the service takes no more requests in this time window',
  'execution-time-refused': 'the service has no more execution time in this time window',
  'concurrency-refused': 'too many requests at a time',
  'budget-spent': 'requests under way use up what is left of this time window',
  polite: 'the rest of this time window is left to others',
}
