import { describe, expect, it } from 'vitest'
import { documentedLimits, learnLimits } from './service-limits.js'

describe('learnLimits()', () => {
  it.each([
    ['Number of requests exceeded the limit of 8000 over time window of 300 seconds.', { requests: 8_000 }],
    [
      'Combined execution time of incoming requests exceeded limit of 2,400,000 milliseconds over time window of 600 seconds. Decrease number of concurrent requests.',
      { executionMs: 2_400_000, windowMs: 600_000 },
    ],
    ['Number of concurrent requests exceeded the limit of 100.', { concurrent: 100 }],
    [
      '{"error":{"code":"0x80072322","message":"Number of requests exceeded the limit of 1000, over time."}}',
      { requests: 1_000 },
    ],
  ])('reads the limit that was applied: %s', (message, learned) => {
    expect(learnLimits(documentedLimits, message)).toEqual({ ...documentedLimits, ...learned })
  })

  it.each(['', 'Too many requests', 'exceeded the limit of', 'requests exceeded the limit of 0'])(
    'keeps what is known when the text says nothing: %j',
    (message) => {
      expect(learnLimits(documentedLimits, message)).toEqual(documentedLimits)
    },
  )
})
