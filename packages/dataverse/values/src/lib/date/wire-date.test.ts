import type { DateBehavior } from '@deltaverse/metadata'
import { describe, expect, it } from 'vitest'
import { toWireDate } from './wire-date.js'

const at = new Date('2026-03-25T17:42:47.123Z')
const text = (value: string | Date, behavior: DateBehavior): string | undefined => {
  const date = toWireDate(value, behavior)
  return 'text' in date ? date.text : undefined
}

describe('toWireDate()', () => {
  it('writes dates without a time for DateOnly', () => {
    expect(text('2026-03-25', 'DateOnly')).toBe('2026-03-25')
    expect(text('2026-03-25T00:00:00Z', 'DateOnly')).toBe('2026-03-25')
    expect(text(new Date('2026-03-25T00:00:00Z'), 'DateOnly')).toBe('2026-03-25')
    expect(text(new Date(2026, 2, 25), 'DateOnly')).toBe('2026-03-25')
    expect(text(new Date(2026, 2, 25, 0, 0, 1), 'DateOnly')).toBeUndefined()
    expect(text('2026-03-25T00:00:00.5', 'DateOnly')).toBeUndefined()
    expect(text('2026-03-25T00:00:00+02:00', 'DateOnly')).toBeUndefined()
    expect(text('2026-03-25T17:42:47Z', 'DateOnly')).toBeUndefined()
    expect(text('25.3.2026', 'DateOnly')).toBeUndefined()
  })

  it('writes UTC in whole seconds for UserLocal, and wants to know the zone', () => {
    expect(text(at, 'UserLocal')).toBe('2026-03-25T17:42:47Z')
    expect(text('2026-03-25T18:42:47.5+01:00', 'UserLocal')).toBe('2026-03-25T17:42:47Z')
    expect(text('2026-03-25T17:42:47', 'UserLocal')).toBeUndefined()
    expect(text('2026-03-25', 'UserLocal')).toBeUndefined()
  })

  it('writes clock times for TimeZoneIndependent, whatever the zone of this machine', () => {
    expect(text('2026-03-25T08:00', 'TimeZoneIndependent')).toBe('2026-03-25T08:00:00Z')
    expect(text('2026-03-25T08:00:05Z', 'TimeZoneIndependent')).toBe('2026-03-25T08:00:05Z')
    expect(text('2026-03-25T08:00+02:00', 'TimeZoneIndependent')).toBeUndefined()
  })

  it('refuses dates that do not exist or are too early', () => {
    for (const wrong of ['2026-02-30', '2026-13-01', '1752-12-31'])
      expect(text(wrong, 'DateOnly')).toBeUndefined()
    for (const wrong of [
      '2026-02-30T00:00:00Z',
      '2026-03-25T25:00:00Z',
      '2026-03-25T24:00:00Z',
      '2026-03-25T23:59:60Z',
    ]) {
      expect(text(wrong, 'UserLocal')).toBeUndefined()
      expect(text(wrong, 'TimeZoneIndependent')).toBeUndefined()
    }
    expect(text(new Date(Number.NaN), 'UserLocal')).toBeUndefined()
    expect(text(new Date(Number.NaN), 'DateOnly')).toBeUndefined()
    expect(text('9999-12-31T23:59:59-01:00', 'UserLocal')).toBeUndefined()
    for (const behavior of ['DateOnly', 'UserLocal', 'TimeZoneIndependent'] as const) {
      expect(text(new Date(Date.UTC(10_000, 0, 1)), behavior)).toBeUndefined()
      expect(text(new Date(10_000, 0, 1), behavior)).toBeUndefined()
    }
  })
})
