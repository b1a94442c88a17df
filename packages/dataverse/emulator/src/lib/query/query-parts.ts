import { optionRefused } from './query-errors.js'
import type { QueryPart } from './query-options.js'

/** Splits a raw query string (no `?`) into its parts; `+` counts as a blank, as in the service. */
export function parseQueryParts(rawQuery: string): QueryPart[] {
  return rawQuery
    .split('&')
    .filter((raw) => raw !== '')
    .map((raw) => {
      const equals = raw.indexOf('=')
      return equals < 0
        ? { name: decode(raw), value: '', raw }
        : { name: decode(raw.slice(0, equals)), value: decode(raw.slice(equals + 1)), raw }
    })
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw optionRefused(`The query option '${text}' is not percent-encoded correctly.`)
  }
}
