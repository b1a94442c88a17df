import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRequestSizer, type RequestSizer } from './request-sizer.js'

/** Sends so many requests of the size that is asked for. */
function run(sizer: RequestSizer, times: number, msFor: (rows: number) => number): number[] {
  return Array.from({ length: times }, () => {
    const rows = sizer.next()
    sizer.record({ rows, durationMs: msFor(rows), ok: true })
    return rows
  })
}

describe('createRequestSizer()', () => {
  it('starts with 100 rows and grows to a second or so', () => {
    const sizer = createRequestSizer()
    const sizes = run(sizer, 20, (rows) => 20 + 2 * rows)
    expect(sizes[0]).toBe(100)
    expect(20 + 2 * sizer.next()).toBeGreaterThanOrEqual(500)
    expect(20 + 2 * sizer.next()).toBeLessThanOrEqual(2_000)
  })

  it('shrinks for rows that take long', () => {
    const sizer = createRequestSizer()
    run(sizer, 20, (rows) => 20 + 300 * rows)
    expect(sizer.next()).toBeLessThanOrEqual(6)
    expect(sizer.next()).toBeGreaterThanOrEqual(1)
  })

  it('leaves a size alone that is good enough', () => {
    const sizer = createRequestSizer()
    expect(new Set(run(sizer, 20, (rows) => 6 * rows + (rows % 7)))).toEqual(new Set([100]))
  })

  it('never goes above maxRows, nor below one row', () => {
    const sizer = createRequestSizer({ maxRows: 150 })
    run(sizer, 30, () => 1)
    expect(sizer.next()).toBe(150)
    run(sizer, 60, () => 60_000)
    expect(sizer.next()).toBe(1)
  })

  it('halves what was too large, once for each that was sent at today’s size', () => {
    const sizer = createRequestSizer({ startRows: 400 })
    for (let i = 0; i < 3; i++) sizer.record({ rows: 400, durationMs: 120_000, ok: false })
    expect(sizer.next()).toBe(200)
  })

  it('is at most doubled or halved by one answer', () => {
    const sizer = createRequestSizer({ startRows: 200 })
    sizer.record({ rows: 200, durationMs: 100_000, ok: true })
    expect(sizer.next()).toBe(100)
    const other = createRequestSizer({ startRows: 200 })
    other.record({ rows: 200, durationMs: 1, ok: true })
    expect(other.next()).toBe(400)
  })

  it('is not thrown off by a small rest', () => {
    const sizer = createRequestSizer()
    run(sizer, 10, (rows) => 10 * rows)
    sizer.record({ rows: 1, durationMs: 30, ok: true })
    expect(sizer.next()).toBeGreaterThanOrEqual(50)
  })

  it('comes from any number of quick and slow answers back to the right size', () => {
    const answer = fc.record({
      rows: fc.integer({ min: 1, max: 1_000 }),
      durationMs: fc.nat(100_000),
      ok: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(answer, { maxLength: 50 }), (answers) => {
        const sizer = createRequestSizer()
        for (const one of answers) {
          sizer.record(one)
          expect(sizer.next()).toBeGreaterThanOrEqual(1)
          expect(sizer.next()).toBeLessThanOrEqual(1_000)
        }
        run(sizer, 60, (rows) => 20 + 2 * rows)
        expect(sizer.next()).toBeGreaterThanOrEqual(240)
      }),
    )
  })

  it.each([Number.NaN, 0, -1, Number.POSITIVE_INFINITY])('ignores an answer about %d rows', (rows) => {
    const sizer = createRequestSizer()
    sizer.record({ rows, durationMs: Number.NaN, ok: true })
    expect(sizer.next()).toBe(100)
  })

  it.each([{ maxRows: 0 }, { startRows: 1.5 }, { maxRows: Number.NaN }])('refuses %j', (options) => {
    expect(() => createRequestSizer(options)).toThrow(RangeError)
  })
})
