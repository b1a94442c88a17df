import type { DateBehavior } from '@deltaverse/metadata'

const day = /^\d{4}-\d\d-\d\d$/
const moment = /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d+))?)?(Z|[+-]\d\d:\d\d)?$/i

/** A date as the service takes it, or what is wrong with it. */
export type WireDate = { readonly text: string } | { readonly problem: string }

/**
 * A date by the behaviour of its column (Microsoft Learn: Behavior and format of the date and time column):
 * `DateOnly` as `2026-03-25`, the others as `2026-03-25T17:42:47Z`. Fractions of a second are not stored.
 *
 * Text for a `UserLocal` column must say its time zone; for a `TimeZoneIndependent` one it is a clock time and has none, or `Z`.
 * A `Date` counts by its UTC fields; in a `DateOnly` column it must be the start of a day, in UTC or in the zone of this process,
 * which is how database drivers give dates.
 */
export function toWireDate(value: string | Date, behavior: DateBehavior): WireDate {
  if (value instanceof Date && Number.isNaN(value.getTime())) return { problem: 'it is an invalid Date' }
  const read =
    behavior === 'DateOnly'
      ? readDay(value)
      : value instanceof Date
        ? { text: seconds(value) }
        : readMoment(value, behavior)
  if (!('text' in read)) return read
  // Years of five digits, and the 30th of February, which Date.parse() takes for the 2nd of March.
  if (!/^\d{4}-/.test(read.text) || !dayExists(read.text.slice(0, 10))) {
    return { problem: 'there is no such date' }
  }
  return read.text < '1753' ? { problem: 'the earliest date is 1753-01-01' } : read
}

function readDay(value: string | Date): WireDate {
  if (value instanceof Date) {
    const text = startOfDay(value)
    return text === undefined
      ? {
          problem:
            'the column holds dates without a time, and this one is the start of a day neither in UTC nor here: give text such as 2026-03-25',
        }
      : { text }
  }
  if (day.test(value)) return { text: value }
  const [, date, hour, minute, second = '00', fraction = '', zone] = moment.exec(value) ?? []
  // A time of midnight says nothing that the date does not; any other would be lost.
  if (date !== undefined && /^0+$/.test(`${hour}${minute}${second}${fraction}`) && isUtc(zone)) {
    return { text: date }
  }
  return { problem: 'the column holds dates without a time, such as 2026-03-25' }
}

/** The day that begins at this very moment, in UTC or in the zone of the process, where summer time may begin at midnight. */
function startOfDay(at: Date): string | undefined {
  if (at.getTime() % 86_400_000 === 0) return at.toISOString().slice(0, at.getUTCFullYear() > 9999 ? 13 : 10)
  const [year, month, date] = [at.getFullYear(), at.getMonth(), at.getDate()]
  if (new Date(year, month, date).getTime() !== at.getTime()) return undefined
  return new Date(Date.UTC(year, month, date)).toISOString().slice(0, year > 9999 ? 13 : 10)
}

function isUtc(zone: string | undefined): boolean {
  return zone === undefined || /^(z|[+-]00:00)$/i.test(zone)
}

function readMoment(value: string, behavior: DateBehavior): WireDate {
  const [, date, hour, minute, second = '00', , zone] = moment.exec(value) ?? []
  if (date === undefined) return { problem: 'the column holds a date and time, such as 2026-03-25T17:42:47Z' }
  if (!dayExists(date)) return { problem: 'there is no such date' }
  const text = `${date}T${hour}:${minute}:${second}`
  if (behavior === 'TimeZoneIndependent') {
    return isUtc(zone)
      ? { text: `${text}Z` }
      : { problem: 'the column holds clock times that belong to no time zone: leave the offset out' }
  }
  if (zone === undefined) return { problem: 'it says no time zone: add Z or an offset such as +01:00' }
  const at = new Date(`${text}${zone.toUpperCase()}`)
  return Number.isNaN(at.getTime()) ? { problem: 'there is no such date' } : { text: seconds(at) }
}

function seconds(at: Date): string {
  return at.toISOString().replace(/\.\d+Z$/, 'Z')
}

function dayExists(date: string): boolean {
  const at = Date.parse(`${date}T00:00:00Z`)
  return !Number.isNaN(at) && new Date(at).toISOString().slice(0, 10) === date
}
