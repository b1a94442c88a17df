import type { CeilingReason } from './governor-event.js'
import type { ResolvedGovernorOptions } from './governor-options.js'

/** How many requests may be under way, and why. */
export interface CeilingValue {
  readonly ceiling: number
  readonly reason: CeilingReason
}

/** Until `x-ms-dop-hint` is known. */
const initialConcurrency = 4

/** What the service recommends: the hint of the latest answer, within bounds. */
export function recommendedCeiling(
  { concurrency, maxConcurrency }: Pick<ResolvedGovernorOptions, 'concurrency' | 'maxConcurrency'>,
  hint: number | undefined,
): CeilingValue {
  if (concurrency !== 'auto') return lower({ ceiling: concurrency, reason: 'fixed' }, maxConcurrency, 'limit')
  if (hint === undefined)
    return lower({ ceiling: initialConcurrency, reason: 'initial' }, maxConcurrency, 'limit')
  return lower({ ceiling: hint, reason: 'dop-hint' }, maxConcurrency, 'limit')
}

/** The lower of a ceiling and another bound, with the reason of the one that wins. Never below 1. */
export function lower(value: CeilingValue, bound: number, reason: CeilingReason): CeilingValue {
  return bound < value.ceiling ? { ceiling: Math.max(1, Math.floor(bound)), reason } : value
}

/** Reads `x-ms-dop-hint`. `undefined` for anything that is no whole number from 1. */
export function parseDopHint(text: string | undefined): number | undefined {
  const hint = text === undefined || !/^\s*\d{1,6}\s*$/.test(text) ? Number.NaN : Number(text)
  return hint >= 1 ? hint : undefined
}
