import type { Change } from '@deltaverse/core'
import { keyColumns } from './change.js'
import type { ReadContext } from './read-context.js'

/**
 * Whether a row came with other columns than those of the feed: a token that was given for the keys alone may be bound to them,
 * which is not documented. All rows of a page have the same columns, so the first one tells; it is parsed for that.
 */
export function lacksColumns(changes: readonly Change[], context: ReadContext): boolean {
  const first = changes.find((change) => change.kind === 'upserted')
  if (first?.kind !== 'upserted') return false
  const { select } = context.options
  const keys = keyColumns(context.shape)
  const columns = Object.keys(first.row).filter((name) => !name.includes('@'))
  if (select === undefined) return columns.every((name) => keys.includes(name))
  return select.some((name) => !columns.includes(name))
}

/** Whether a token is good for the columns of a feed, as far as rows have shown. */
export interface ColumnProof {
  /** Absent once a row has come with them, or where the token was given for them. */
  readonly isUnproven: true | undefined
  /** Looks at rows. @returns whether they are of other columns */
  isRefuted(changes: readonly Change[]): boolean
}

export function createColumnProof(isUnproven: true | undefined, context: ReadContext): ColumnProof {
  let left = isUnproven
  return {
    get isUnproven() {
      return left
    },
    isRefuted(changes) {
      if (left === undefined) return false
      if (lacksColumns(changes, context)) return true
      if (changes.some(({ kind }) => kind === 'upserted')) left = undefined
      return false
    },
  }
}
