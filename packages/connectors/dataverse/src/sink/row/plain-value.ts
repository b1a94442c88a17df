import type { DateBehavior } from '@deltaverse/metadata'
import { isLeftToService } from '@deltaverse/values'
import type { ColumnPlan } from '../plan/column-plan.js'

/** Whether a value, which is neither null nor undefined, is sent as it is. What it says no to gets a closer look. */
export type PlainTest = (value: unknown) => boolean

/**
 * The test for one column. It never says yes to a value that `toColumnValue()` would refuse or send in another form, but for
 * characters in text, which are looked for in the whole row.
 */
export function createPlainTest({ table, dates, options }: ColumnPlan, name: string): PlainTest {
  if (name.includes('@')) return isText
  const column = table.columns.get(name)
  if (column === undefined) return isPlainScalar
  switch (column.kind) {
    case 'text':
      return options.values.emptyText(name) === 'keep' && !isLeftToService(column, options.values)
        ? isText
        : isFilledText
    case 'whole-number':
    case 'choice':
      return isInt32
    case 'big-integer':
      return isSafeInteger
    case 'decimal':
    case 'money':
    case 'double':
      return isPlainNumber
    case 'boolean':
      return isBoolean
    case 'date':
      return isDateOf[dates.get(name)?.dateBehavior ?? 'UserLocal']
    default:
      return never
  }
}

const isText: PlainTest = (value) => typeof value === 'string'
const isFilledText: PlainTest = (value) => typeof value === 'string' && value !== ''
const isBoolean: PlainTest = (value) => typeof value === 'boolean'
const isInt32: PlainTest = (value) => typeof value === 'number' && (value | 0) === value
const isSafeInteger: PlainTest = (value) => Number.isSafeInteger(value)
const isPlainScalar: PlainTest = (value) =>
  typeof value === 'string' || typeof value === 'boolean' || isPlainNumber(value)
const never: PlainTest = () => false

// Beyond these bounds numbers print with an exponent.
const isPlainNumber: PlainTest = (value) => {
  if (typeof value !== 'number') return false
  const size = Math.abs(value)
  return size === 0 || (size >= 1e-6 && size < 1e21)
}

// Days that every month has: the others need the calendar.
const day = String.raw`(?:1[89]|[2-9]\d)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])`
const dayShape = new RegExp(`^${day}$`)
const momentShape = new RegExp(String.raw`^${day}T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$`)
const isDay: PlainTest = (value) => typeof value === 'string' && dayShape.test(value)
const isMoment: PlainTest = (value) => typeof value === 'string' && momentShape.test(value)
const isDateOf: Readonly<Record<DateBehavior, PlainTest>> = {
  DateOnly: isDay,
  UserLocal: isMoment,
  TimeZoneIndependent: isMoment,
}
