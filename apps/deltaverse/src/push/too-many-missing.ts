import { formatCount } from '../program/format-quantity.js'

/** More rows are missing than may go; nothing of them was touched. */
class TooManyMissing extends Error {
  override readonly name: string = 'TooManyMissing'
}

export function isTooManyMissing(error: unknown): error is Error {
  return error instanceof TooManyMissing
}

/** How few rows the share is not asked about: a table of three rows may well lose two. */
const alwaysAllowed = 10

/** @throws TooManyMissing where more rows are missing than may go in one run */
export function checkShare(missing: number, known: number, maxShare: number): void {
  if (missing <= alwaysAllowed || missing <= known * maxShare) return
  const percent = Math.ceil((missing / known) * 100)
  throw new TooManyMissing(
    `${formatCount(missing)} of ${formatCount(known)} rows that this source brought before (${percent} %) are not in it any more, and at most ` +
      `${Math.round(maxShare * 100)} % may go in one run; none of them was touched. See that the source is complete; if it is, allow more with --max-delete-share ${percent / 100}`,
  )
}
