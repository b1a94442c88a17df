import type { DateBehavior } from '@deltaverse/metadata'

const day = /^\d{4}-\d\d-\d\d$/
const moment = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::(\d\d)(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?$/i

/** A date as the service takes it, or what is wrong with it. */
export type WireDate = { readonly text: string } | { readonly problem: string }

/**
 * A date by the behaviour of its column (Microsoft Learn: Behavior and format of the date and time column):
 * `DateOnly` as `2026-03-25`, the others as `2026-03-25T17:42:47Z`. A `Date` counts by its UTC fields.
 *
 * Text for a `UserLocal` column must say its time zone; for a `TimeZoneIndependent` one it is a clock time and needs none.
 */
export function toWireDate(value: string | Date, behavior: DateBehavior): WireDate {
  const read = behavior === 'DateOnly' ? readDay(value) : readMoment(value, behavior)
  if (!('text' in read)) return read
  if (Number.isNaN(Date.parse(read.text)) || !dayExists(read.text.slice(0, 10))) {
    return { problem: 'there is no such date' }
  }
  return read.text < '1753' ? { problem: 'the earliest date is 1753-01-01' } : read
}

function readDay(value: string | Date): WireDate {
  if (value instanceof Date) {
    return Number.isNaN(value.getTime())
      ? { problem: 'it is an invalid Date' }
      : { text: value.toISOString().slice(0, 10) }
  }
  if (day.test(value)) return { text: value }
  const match = moment.exec(value)
  // A time of midnight says nothing that the date does not; any other would be lost.
  if (match !== null && /^00:00(:00)?$/.test(`${match[2]}:${match[3] ?? '00'}`) && isUtc(match[4])) {
    return { text: match[1]! }
  }
  return { problem: 'the column holds dates without a time, such as 2026-03-25' }
}

function isUtc(zone: string | undefined): boolean {
  return zone === undefined || /^(z|[+-]00:00)$/i.test(zone)
}

function readMoment(value: string | Date, behavior: DateBehavior): WireDate {
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? { problem: 'it is an invalid Date' } : { text: seconds(value) }
  }
  const match = moment.exec(value)
  if (match === null) {
    return { problem: 'the column holds a date and time, such as 2026-03-25T17:42:47Z' }
  }
  const [, date = '', time, second = '00', zone] = match
  if (!dayExists(date)) return { problem: 'there is no such date' }
  if (behavior === 'TimeZoneIndependent') {
    return isUtc(zone)
      ? { text: `${date}T${time}:${second}Z` }
      : { problem: 'the column holds clock times that belong to no time zone: leave the offset out' }
  }
  if (zone === undefined) return { problem: 'it says no time zone: add Z or an offset such as +01:00' }
  const at = new Date(`${date}T${time}:${second}${zone.toUpperCase()}`)
  return Number.isNaN(at.getTime()) ? { problem: 'there is no such date' } : { text: seconds(at) }
}

function seconds(at: Date): string {
  return `${at.toISOString().slice(0, 19)}Z`
}

// Date.parse() takes the 30th of February for the 2nd of March.
function dayExists(date: string): boolean {
  const at = Date.parse(`${date}T00:00:00Z`)
  return !Number.isNaN(at) && new Date(at).toISOString().slice(0, 10) === date
}
