import { optionRefused } from './query-errors.js'

/** Understands `$top`: a positive whole number. */
export function parseTop(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const top = /^\d{1,9}$/.test(text.trim()) ? Number(text) : 0
  if (top < 1) {
    throw optionRefused(`Invalid value '${text}' for $top query option found. It must be a positive integer.`)
  }
  return top
}
