import { isLeftToService } from '@deltaverse/values'
import type { ColumnPlan } from '../plan/column-plan.js'

/** What a value has to be to be sent as it is. */
export type PlainForm =
  | 'text'
  | 'filled-text'
  | 'int32'
  | 'safe-integer'
  | 'number'
  | 'boolean'
  | 'day'
  | 'moment'
  | 'scalar'
  | 'none'

/**
 * The form for one column. It is never that of a value that `toColumnValue()` would refuse or send in another form, but for
 * characters in text, which are looked for in the whole row.
 */
export function plainFormOf({ table, dates, options }: ColumnPlan, name: string): PlainForm {
  if (name.includes('@')) return 'text'
  const column = table.columns.get(name)
  if (column === undefined) return 'scalar'
  switch (column.kind) {
    case 'text':
      return options.values.emptyText(name) === 'keep' && !isLeftToService(column, options.values)
        ? 'text'
        : 'filled-text'
    case 'whole-number':
    case 'choice':
      return 'int32'
    case 'big-integer':
      return 'safe-integer'
    case 'decimal':
    case 'money':
    case 'double':
      return 'number'
    case 'boolean':
      return 'boolean'
    case 'date':
      return (dates.get(name)?.dateBehavior ?? 'UserLocal') === 'DateOnly' ? 'day' : 'moment'
    default:
      return 'none'
  }
}

/** Whether a value, which is neither null nor undefined, is sent as it is. What it says no to gets a closer look. */
export function isPlain(form: PlainForm, value: unknown): boolean {
  switch (form) {
    case 'text':
      return typeof value === 'string'
    case 'filled-text':
      return typeof value === 'string' && value !== ''
    case 'int32':
      return typeof value === 'number' && (value | 0) === value
    case 'safe-integer':
      return Number.isSafeInteger(value)
    case 'number':
      return isPlainNumber(value)
    case 'boolean':
      return typeof value === 'boolean'
    case 'day':
      return typeof value === 'string' && dayShape.test(value)
    case 'moment':
      return typeof value === 'string' && momentShape.test(value)
    case 'scalar':
      return typeof value === 'string' || typeof value === 'boolean' || isPlainNumber(value)
    case 'none':
      return false
  }
}

// Beyond these bounds numbers print with an exponent.
function isPlainNumber(value: unknown): boolean {
  if (typeof value !== 'number') return false
  const size = Math.abs(value)
  return size === 0 || (size >= 1e-6 && size < 1e21)
}

// Days that every month has: the others need the calendar.
const day = String.raw`(?:1[89]|[2-9]\d)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])`
const dayShape = new RegExp(`^${day}$`)
const momentShape = new RegExp(String.raw`^${day}T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$`)
