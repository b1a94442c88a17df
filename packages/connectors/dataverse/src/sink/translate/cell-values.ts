import { DateTime } from 'luxon'

/** A value, or why there is none. */
export type Parsed = { readonly value: string } | { readonly why: string; readonly remedy: string }

/** `1.234,50` as `1234.50`. A number is text until the table says how it is stored, so no digit is lost. */
export function parseDecimal(text: string): Parsed {
  const plain = text.trim()
  if (/^[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d+)?$/.test(plain)) {
    return { value: plain.replaceAll('.', '').replace(',', '.').replace(/^\+/, '') }
  }
  // A text column goes through the same cells, so what is no number stays what it is.
  return { value: text }
}

/**
 * A date or a moment by the format that it stands in: a day stays a day, and a time becomes a moment of its zone.
 *
 * @param format letters of Unicode, `dd.MM.yyyy HH:mm`; ISO 8601 where there is none
 * @param timeZone of times that say none
 */
export function parseDate(
  text: string,
  { format, timeZone }: { readonly format?: string | undefined; readonly timeZone?: string | undefined },
): Parsed {
  const options = { zone: timeZone ?? 'utc', locale: 'en-US' }
  const moment =
    format === undefined
      ? DateTime.fromISO(text.trim(), options)
      : DateTime.fromFormat(text.trim(), format, options)
  if (!moment.isValid) {
    const why = moment.invalidExplanation ?? 'it is no date'
    return {
      why: `"${text.slice(0, 40)}" is no date in the form ${format ?? 'of ISO 8601'}: ${why}`,
      remedy: `write it as ${format ?? '2029-06-01T08:00'}`,
    }
  }
  if (!hasTime(format, text)) return { value: moment.toFormat('yyyy-MM-dd') }
  return {
    value:
      timeZone === undefined ? moment.toFormat("yyyy-MM-dd'T'HH:mm:ss.SSS") : (moment.toUTC().toISO() ?? ''),
  }
}

function hasTime(format: string | undefined, text: string): boolean {
  return format === undefined ? text.includes('T') : /[Hhm]/.test(format.replace(/'[^']*'/g, ''))
}
