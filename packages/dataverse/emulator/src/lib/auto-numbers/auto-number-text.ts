import { notEmulated, ServiceError } from '../http/service-error.js'

/** What the placeholders of a format are filled from. */
export interface AutoNumberParts {
  /** The number of the row; asked for once, and only where the format has a place for it. */
  readonly sequence: () => bigint
  /** Milliseconds since the epoch. */
  readonly now: number
  /** Letters and digits, at random. */
  readonly random: (length: number) => string
}

/** Microsoft Learn, "Create autonumber columns": more is an error when a row is saved, not before. */
const maxRandomLength = 6

const placeholder = /\{(SEQNUM|RANDSTRING|DATETIMEUTC):([^{}]*)\}/g

/**
 * Fills in a format such as `WID-{SEQNUM:5}-{RANDSTRING:6}-{DATETIMEUTC:yyyyMMddhhmmss}`.
 *
 * @throws ServiceError 400 `0x80040203` for a placeholder that cannot be filled.
 */
export function autoNumberText(format: string, { sequence, now, random }: AutoNumberParts): string {
  let number: bigint | undefined
  return format.replaceAll(placeholder, (whole, kind: string, detail: string) => {
    if (kind === 'DATETIMEUTC') return dateText(new Date(now), detail)
    const length = /^\d+$/.test(detail) ? Number(detail) : 0
    if (length < 1 || (kind === 'RANDSTRING' && length > maxRandomLength)) {
      throw new ServiceError(400, '0x80040203', `Invalid Argument: '${whole}' in the format '${format}'.`)
    }
    if (kind === 'RANDSTRING') return random(length)
    number ??= sequence()
    return String(number).padStart(length, '0')
  })
}

/** A date in a custom format of .NET. */
function dateText(date: Date, format: string): string {
  if (format.length < 2) throw notEmulated(`the date format '${format}' of autonumber columns`)
  const hours = date.getUTCHours()
  const parts: Readonly<Record<string, number>> = {
    y: date.getUTCFullYear(),
    M: date.getUTCMonth() + 1,
    d: date.getUTCDate(),
    H: hours,
    h: hours % 12 || 12,
    m: date.getUTCMinutes(),
    s: date.getUTCSeconds(),
    f: date.getUTCMilliseconds(),
  }
  return format.replaceAll(/y+|M+|d+|H+|h+|m+|s+|f+|t+/g, (run) => {
    const letter = run[0] ?? ''
    if (letter === 't') return (hours < 12 ? 'AM' : 'PM').slice(0, run.length)
    const value = parts[letter] ?? 0
    if (letter === 'f') return String(value).padStart(3, '0').padEnd(run.length, '0').slice(0, run.length)
    if (letter === 'y' && run.length < 3) return String(value % 100).padStart(run.length, '0')
    return String(value).padStart(run.length, '0')
  })
}
