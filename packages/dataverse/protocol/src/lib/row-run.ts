/** The row holds an object or an array inside (an expanded navigation property, say). */
export const rowIsNested = 1

/** The row may hold a number of so many digits that a JavaScript number would lose some. */
export const rowMayHoldLongNumber = 2

/**
 * Complete rows that lie in one piece of memory. Cheaper than one object a row: a page of a million tiny rows makes a few
 * hundred of these.
 */
export interface RowRun {
  readonly bytes: Buffer
  /** Three numbers a row: start, end (exclusive), and flags ({@link rowIsNested}, {@link rowMayHoldLongNumber}). */
  readonly bounds: readonly number[]
}
