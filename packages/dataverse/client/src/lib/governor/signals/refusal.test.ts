import { describe, expect, it } from 'vitest'
import { createRefusalWait, toGateReason } from './refusal.js'

describe('toGateReason()', () => {
  it.each([
    ['0x80072321', 'execution-time-refused'],
    ['0X80072326', 'concurrency-refused'],
    ['0x80072322', 'requests-refused'],
    [undefined, 'requests-refused'],
    ['0x80060308', undefined],
  ])('%s: %s', (code, reason) => {
    expect(toGateReason(code)).toBe(reason)
  })
})

describe('createRefusalWait()', () => {
  it('is as long as the service says', () => {
    const wait = createRefusalWait(() => 0.5)
    expect(wait.refused({ retryAfterMs: 27_000 }, 'requests-refused')).toBe(27_000)
    expect(wait.refused({ retryAfterMs: 400_000 }, 'execution-time-refused')).toBe(400_000)
  })

  it('doubles by itself where the service says nothing, until a request is taken', () => {
    const wait = createRefusalWait(() => 1)
    const next = (): number => wait.refused({ retryAfterMs: 0 }, 'requests-refused')
    expect([next(), next(), next()]).toEqual([500, 1_000, 2_000])
    for (let i = 0; i < 50; i++) next()
    expect(next()).toBe(30_000)
    wait.accepted()
    expect(next()).toBe(500)
  })

  it('is short for too many at a time, whatever Retry-After says, and never nothing', () => {
    expect(createRefusalWait(() => 1).refused({ retryAfterMs: 400_000 }, 'concurrency-refused')).toBe(500)
    expect(createRefusalWait(() => 0).refused({}, 'concurrency-refused')).toBe(1)
  })
})
