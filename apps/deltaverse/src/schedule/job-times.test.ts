import { describe, expect, it } from 'vitest'
import { nextTime, parseEvery } from './job-times.js'

const at = (text: string): number => Date.parse(text)

describe('nextTime()', () => {
  it.each([
    ['30s', 30_000],
    ['15m', 900_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
  ])('is %s behind the last time', (every, ms) => {
    expect(nextTime({ everyMs: parseEvery(every) }, at('2026-01-01T00:00:00Z'))).toBe(
      at('2026-01-01T00:00:00Z') + ms,
    )
  })

  it('is what cron says, in the time zone that is named, over a change of clocks as well', () => {
    const cron = { at: '0 2 * * *', timeZone: 'Europe/Berlin' }
    expect(nextTime({ cron }, at('2026-01-01T00:30:00Z'))).toBe(at('2026-01-01T01:00:00Z'))
    expect(nextTime({ cron }, at('2026-07-01T00:30:00Z'))).toBe(at('2026-07-02T00:00:00Z'))
  })

  it('is the earlier of both, and none where there is none', () => {
    const cron = { at: '5 0 * * *', timeZone: 'UTC' }
    expect(nextTime({ everyMs: 60_000, cron }, at('2026-01-01T00:00:00Z'))).toBe(at('2026-01-01T00:01:00Z'))
    expect(nextTime({}, 0)).toBeUndefined()
  })

  it.each([{ at: '61 * * * *' }, { at: 'nightly' }, { at: '0 2 * * *', timeZone: 'Europe/Bärlin' }])(
    'refuses %j',
    (cron) => {
      expect(() => nextTime({ cron }, 0)).toThrow(/^cron does not know/)
    },
  )
})
