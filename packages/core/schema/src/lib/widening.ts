import type { ColumnType } from './column-type.js'

/**
 * Whether every value of one type is a value of the other and means the same there, so that a column can change its type
 * with its values in place. A type is wider than itself.
 */
export function isWidening(from: ColumnType, to: ColumnType): boolean {
  if (to.kind === 'text') return from.kind === 'text' ? isWithin(from.maxLength, to.maxLength) : false
  if (to.kind === 'decimal') return isDecimalWidening(from, to.precision, to.scale)
  if (from.kind === to.kind) return true
  return (narrower[to.kind] ?? []).includes(from.kind)
}

/** Which other kinds are part of a kind. A double holds every 32-bit integer, and not every 64-bit one. */
const narrower: Partial<Record<ColumnType['kind'], readonly ColumnType['kind'][]>> = {
  int32: ['enum'],
  int64: ['int32', 'enum'],
  double: ['int32', 'enum'],
  enum: ['int32'],
}

function isDecimalWidening(from: ColumnType, precision: number | undefined, scale: number = 0): boolean {
  const digits = wholeDigits(from)
  if (digits === undefined) return false
  if (precision === undefined) return true
  const [whole, fraction] = digits
  return fraction <= scale && whole <= precision - scale
}

/** Digits in front of the point and behind it that values of a type may have. */
function wholeDigits(type: ColumnType): readonly [whole: number, fraction: number] | undefined {
  switch (type.kind) {
    case 'int32':
    case 'enum':
      return [10, 0]
    case 'int64':
      return [19, 0]
    case 'decimal': {
      const { precision, scale = 0 } = type
      return precision === undefined ? [Infinity, Infinity] : [precision - scale, scale]
    }
    default:
      return undefined
  }
}

function isWithin(length: number | undefined, limit: number | undefined): boolean {
  return limit === undefined || (length !== undefined && length <= limit)
}
