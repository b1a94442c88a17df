import type { ColumnDetail } from '@deltaverse/metadata'
import { normaliseBigInteger } from '../number/decimal-text.js'
import type { ValueColumn } from './value-rules.js'

/** A value as a program works with it. */
export type TypedValue = string | number | bigint | boolean | Date | readonly number[] | null

/**
 * A value that was read, in the type that holds it unharmed: whole numbers of 64 bits as `bigint`, points in time as `Date`, several
 * choices as a list. Dates without a time and clock times stay text, because no `Date` means them; decimals that a JavaScript
 * number cannot hold stay the text that `parseExactJson()` makes of them. `toColumnValue()` takes all of it back.
 */
export function fromWire(
  { kind }: Pick<ValueColumn, 'kind'>,
  value: unknown,
  { dateBehavior = 'UserLocal' }: ColumnDetail = {},
): TypedValue {
  if (value === null || value === undefined) return null
  switch (kind) {
    case 'big-integer': {
      const text = normaliseBigInteger(value)
      return text === undefined ? String(value) : BigInt(text)
    }
    case 'choices':
      return String(value).split(',').map(Number)
    case 'date':
      return dateBehavior === 'UserLocal' ? new Date(String(value)) : String(value)
    default:
      return typeof value === 'number' || typeof value === 'boolean' ? value : String(value)
  }
}
