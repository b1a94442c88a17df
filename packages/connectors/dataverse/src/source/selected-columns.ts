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
