import { describe, expect, it } from 'vitest'
import { createGate } from './gate.js'

describe('createGate()', () => {
  it('is open at first and holds nobody back', () => {
    const gate = createGate()
    expect(gate.allowance(0)).toBe(Number.POSITIVE_INFINITY)
    expect(gate.closedUntilMs(0)).toBeUndefined()
    expect(gate.nextChangeMs(0)).toBeUndefined()
  })

  it('is closed until the latest time that it was told', () => {
    const gate = createGate()
    expect(gate.close(1_000, 'requests-refused', 0)).toBe(true)
    expect(gate.close(500, 'concurrency-refused', 100)).toBe(false)
    expect(gate.close(1_000, 'execution-time-refused', 200)).toBe(true)
    expect(gate.closedUntilMs(300)).toBe(1_200)
    expect(gate.reason(300)).toBe('execution-time-refused')
    expect(gate.noteOpening(1_199, 0)).toBeUndefined()
    expect(gate.noteOpening(1_200, 0)).toEqual({ closedForMs: 1_200, reason: 'execution-time-refused' })
    expect(gate.reason(1_200)).toBeUndefined()
  })

  it('opens for one, then for one more with every answer and every second', () => {
    const gate = createGate()
    gate.close(1_000, 'requests-refused', 0)
    expect(gate.allowance(999)).toBe(0)
    // Three that were sent before are still under way.
    gate.noteOpening(1_000, 3)
    expect(gate.allowance(1_000)).toBe(4)
    gate.accepted()
    expect(gate.allowance(1_500)).toBe(5)
    expect(gate.nextChangeMs(1_500)).toBe(2_000)
    expect(gate.allowance(2_000)).toBe(6)
    gate.settle(7, 2_000)
    expect(gate.allowance(2_000)).toBe(6)
    gate.settle(6, 2_000)
    expect(gate.allowance(2_000)).toBe(Number.POSITIVE_INFINITY)
    expect(gate.nextChangeMs(2_000)).toBeUndefined()
  })

  it('is not closed for longer because the clock was set back', () => {
    const gate = createGate()
    gate.close(30_000, 'requests-refused', 3_600_000)
    expect(gate.noteOpening(30_000, 0)).toBeUndefined()
    expect(gate.nextChangeMs(30_000)).toBe(60_000)
    expect(gate.noteOpening(60_000, 0)).toBeDefined()
  })

  it('starts over with one when it closes again meanwhile', () => {
    const gate = createGate()
    gate.close(1_000, 'requests-refused', 0)
    gate.noteOpening(1_000, 0)
    for (let i = 0; i < 9; i++) gate.accepted()
    gate.close(1_000, 'requests-refused', 1_500)
    expect(gate.allowance(1_600)).toBe(0)
    expect(gate.noteOpening(2_500, 0)).toMatchObject({ closedForMs: 1_000 })
    expect(gate.allowance(2_500)).toBe(1)
  })
})
