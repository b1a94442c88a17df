import { createOption, type OptionOf, type OptionTerms } from './option.js'
import { wrongNumber } from './wrong-value.js'

export interface NumberTerms extends OptionTerms<number> {
  /** The least that is taken. Default: 0. */
  readonly min?: number
  /** The most that is taken. Default: no limit. */
  readonly max?: number
}

export const KiB = 1024
export const MiB: number = 1024 * KiB

/** A whole number. */
export function whole<const Terms extends NumberTerms>(terms: Terms): OptionOf<number, Terms> {
  return numberOption('a whole number', Number.isSafeInteger, terms)
}

/** A number, fractions allowed. */
export function number<const Terms extends NumberTerms>(terms: Terms): OptionOf<number, Terms> {
  return numberOption('a number', Number.isFinite, terms)
}

/** A number from 0 to 1. */
export function share<const Terms extends NumberTerms>(terms: Terms): OptionOf<number, Terms> {
  return numberOption('a number', Number.isFinite, { ...terms, max: terms.max ?? 1 })
}

/** A time in milliseconds, which `Infinity` may be where the declaration has no `max`. */
export function durationMs<const Terms extends NumberTerms>(terms: Terms): OptionOf<number, Terms> {
  const isDuration = (value: unknown): boolean => typeof value === 'number' && !Number.isNaN(value)
  return numberOption('a number of milliseconds', isDuration, terms, formatDuration)
}

/** A number of bytes. */
export function bytes<const Terms extends NumberTerms>(terms: Terms): OptionOf<number, Terms> {
  return numberOption('a whole number of bytes', Number.isSafeInteger, terms, formatBytes)
}

function numberOption<const Terms extends NumberTerms>(
  what: string,
  isOne: (value: unknown) => boolean,
  terms: Terms,
  formatDefault: (value: number) => string = formatNumber,
): OptionOf<number, Terms> {
  const { min = 0, max = Number.POSITIVE_INFINITY } = terms
  const expected = `${what}${formatRange(min, max)}`
  const isWhole = what.startsWith('a whole')
  return createOption<number, Terms>(
    {
      check(name, value) {
        if (isOne(value) && (value as number) >= min && (value as number) <= max) return value as number
        throw wrongNumber(name, expected, value)
      },
      type: what.replace(/^an? /, ''),
      schema: {
        type: isWhole ? 'integer' : 'number',
        minimum: min,
        ...(Number.isFinite(max) && { maximum: max }),
        ...(terms.default !== undefined && Number.isFinite(terms.default) && { default: terms.default }),
      },
      formatDefault,
    },
    terms,
  )
}

function formatRange(min: number, max: number): string {
  return Number.isFinite(max) ? ` from ${min} to ${max}` : ` of at least ${min}`
}

function formatNumber(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 20 })
}

function formatDuration(ms: number): string {
  return `${formatNumber(ms)} ms`
}

function formatBytes(size: number): string {
  if (size >= MiB && size % MiB === 0) return `${formatNumber(size / MiB)} MiB`
  if (size >= KiB && size % KiB === 0) return `${formatNumber(size / KiB)} KiB`
  return `${formatNumber(size)} bytes`
}
