import type { ColumnDetail } from '@deltaverse/metadata'
import { isGuidText, parseRowReference } from '@deltaverse/protocol'
import { wireDate } from '../plan/key-plan.js'
import type { WriterColumn } from '../plan/table-port.js'

/**
 * Whether writing a value would leave the column as it is, by the way in which Dataverse stores it: numbers by value and the
 * column's digits after the point, dates by the column's behaviour, GUIDs in any case, several choices in any order, text
 * character by character. When in doubt it differs, because writing once too often does no harm.
 */
export function sameAsStored(
  column: WriterColumn,
  detail: ColumnDetail | undefined,
  written: unknown,
  stored: unknown,
): boolean {
  if (written === null || stored === null || stored === undefined) {
    return written === null && (stored === null || stored === undefined)
  }
  switch (column.kind) {
    case 'whole-number':
    case 'big-integer':
    case 'choice':
    case 'state':
    case 'status':
      return sameNumber(written, stored, 0)
    case 'decimal':
    case 'money':
    case 'double':
      return sameNumber(written, stored, detail?.precision ?? 10)
    case 'date':
      return sameDate(written, stored, detail?.dateBehavior ?? 'UserLocal')
    case 'guid':
      return String(written).toLowerCase() === String(stored).toLowerCase()
    case 'choices':
      return sortedChoices(written) === sortedChoices(stored)
    case 'boolean':
    case 'text':
      return written === stored
    default:
      return false
  }
}

/** Whether a bind points at the row that the lookup holds already; only a GUID can tell. */
export function sameReference(written: unknown, stored: unknown): boolean {
  if (written === null || stored === null || stored === undefined) {
    return written === null && (stored === null || stored === undefined)
  }
  const key = typeof written === 'string' ? parseRowReference(written)?.key : undefined
  return typeof key === 'string' && isGuidText(key) && key.toLowerCase() === String(stored).toLowerCase()
}

function sameNumber(written: unknown, stored: unknown, precision: number): boolean {
  const a = roundDecimal(written, precision)
  return a !== undefined && a === roundDecimal(stored, precision)
}

/**
 * A number as text with so many digits after the point at most, rounded half away from zero; without zeros that say nothing.
 * `undefined` for what is no number.
 */
export function roundDecimal(value: unknown, precision: number): string | undefined {
  const match = /^\s*([+-]?)(\d+)(?:\.(\d*))?(?:e([+-]?\d{1,3}))?\s*$/i.exec(
    typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string' ? String(value) : '',
  )
  if (match === null) return undefined
  const [, sign, whole = '', fraction = '', exponent = '0'] = match
  const shift = Number(exponent) + precision
  const digits = whole + fraction
  const point = whole.length + shift
  const kept = point <= 0 ? '0' : digits.slice(0, point).padEnd(point, '0')
  const next = point < 0 ? '0' : (digits[point] ?? '0')
  const scaled = BigInt(kept) + (next >= '5' ? 1n : 0n)
  const text = scaled.toString().padStart(precision + 1, '0')
  const end = text.length - precision
  const rest = text.slice(end).replace(/0+$/, '')
  const result = rest === '' ? text.slice(0, end) : `${text.slice(0, end)}.${rest}`
  return sign === '-' && scaled !== 0n ? `-${result}` : result
}

function sameDate(
  written: unknown,
  stored: unknown,
  behavior: 'UserLocal' | 'DateOnly' | 'TimeZoneIndependent',
): boolean {
  const a = wireDate(written, behavior)
  return a !== undefined && a === wireDate(stored, behavior)
}

function sortedChoices(value: unknown): string {
  const list = Array.isArray(value) ? value.map(String) : String(value).split(',')
  return list
    .map((each) => each.trim())
    .filter((each) => each !== '')
    .sort()
    .join()
}
