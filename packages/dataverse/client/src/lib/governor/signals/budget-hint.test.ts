import { describe, expect, it } from 'vitest'
import { createBudgetHint } from './budget-hint.js'
import { documentedLimits } from './service-limits.js'

const headers = (seconds?: string, requests?: string): Record<string, string> => ({
  ...(seconds === undefined ? {} : { 'x-ms-ratelimit-time-remaining-xrm-requests': seconds }),
  ...(requests === undefined ? {} : { 'x-ms-ratelimit-burst-remaining-xrm-requests': requests }),
})

describe('createBudgetHint()', () => {
  it('asks for nothing while nothing is known or much is left', () => {
    const hint = createBudgetHint()
    expect(hint.share(documentedLimits, 0)).toBe(1)
    expect(hint.isSpent(1_000, 50)).toBe(false)
    hint.observe(headers('1,199.97', '5999'), 0)
    hint.observe(headers('300.5', '1000'), 1)
    expect(hint.share(documentedLimits, 1)).toBe(1)
    expect(hint.remaining()).toEqual({ executionMs: 300_500, requests: 1_000 })
  })

  it.each([
    ['time', headers('24', '5000')],
    ['requests', headers('1000', '120')],
  ])('asks for half when %s is nearly spent', (_name, nearlySpent) => {
    const hint = createBudgetHint()
    hint.observe(headers('1,200', '6000'), 0)
    hint.observe(nearlySpent, 1)
    expect(hint.share(documentedLimits, 1)).toBeCloseTo(0.5)
  })

  it('takes the highest that it has seen for the whole, so that smaller limits ease no earlier', () => {
    const hint = createBudgetHint()
    hint.observe(headers(undefined, '200'), 0)
    expect(hint.share(documentedLimits, 0)).toBe(1)
  })

  it('knows when those under way use up what is left', () => {
    const hint = createBudgetHint()
    hint.observe(headers('1,200'), 0)
    hint.observe(headers('9'), 1)
    expect(hint.isSpent(1_000, 9)).toBe(false)
    expect(hint.isSpent(1_000, 10)).toBe(true)
  })

  it('looks at several servers by turns, and waits for all of them to be spent', () => {
    const hint = createBudgetHint()
    for (const [index, seconds] of ['1000', '30', '900', '20', '800', '10'].entries()) {
      hint.observe(headers(seconds), index)
    }
    expect(hint.share(documentedLimits, 6)).toBeLessThan(0.3)
    expect(hint.isSpent(1_000, 12)).toBe(false)
  })

  it('forgets what it read a minute ago, and what it is told to forget', () => {
    const hint = createBudgetHint()
    hint.observe(headers('1,200'), 0)
    hint.observe(headers('0.5'), 1)
    expect(hint.share(documentedLimits, 60_001)).toBeLessThan(0.1)
    expect(hint.share(documentedLimits, 60_002)).toBe(1)
    hint.forget()
    expect(hint.share(documentedLimits, 2)).toBe(1)
    expect(hint.isSpent(1_000, 5)).toBe(false)
  })

  it.each(['', 'none', '-1', '1.2.3', '12s'])('ignores %j', (text) => {
    const hint = createBudgetHint()
    hint.observe(headers(text, text), 0)
    expect(hint.remaining()).toEqual({})
  })

  it('does not believe a header that always says zero', () => {
    const hint = createBudgetHint()
    for (let i = 0; i < 5; i++) hint.observe(headers('0', '0'), i)
    expect(hint.share(documentedLimits, 5)).toBe(1)
    expect(hint.isSpent(1_000, 5)).toBe(false)
  })
})
