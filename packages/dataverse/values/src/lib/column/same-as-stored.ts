import type { ColumnDetail } from '@deltaverse/metadata'
import { isGuidText, parseRowReference } from '@deltaverse/protocol'
import { roundDecimal } from '../number/decimal-text.js'
import { toColumnValue } from './column-value.js'
import type { ValueColumn } from './value-rules.js'

/**
 * Whether writing a value would leave the column as it is, by the way in which Dataverse stores it: numbers by value and the
 * column's digits after the point, dates by the column's behaviour, GUIDs in any case, several choices in any order, text
 * character by character. What would be refused is never the same, and when in doubt it differs, because writing once too often
 * does no harm.
 */
export function sameAsStored(
  column: Pick<ValueColumn, 'logicalName' | 'kind'>,
  detail: ColumnDetail | undefined,
  written: unknown,
  stored: unknown,
): boolean {
  const isEmpty = stored === null || stored === undefined
  if (written === null || isEmpty) return written === null && isEmpty
  const wire = toColumnValue(column, written, detail ?? {})
  if ('problem' in wire || wire.value === undefined || wire.value === null) return false
  const { value } = wire
  switch (column.kind) {
    case 'whole-number':
    case 'big-integer':
    case 'choice':
    case 'state':
    case 'status':
      return sameNumber(value, stored, 0)
    case 'decimal':
    case 'money':
    case 'double':
      return sameNumber(value, stored, detail?.precision ?? 10)
    case 'date': {
      const other = toColumnValue(column, stored, detail ?? {})
      return 'value' in other && other.value === value
    }
    case 'guid':
      return value === String(stored).toLowerCase()
    case 'choices':
      return sortedChoices(value) === sortedChoices(stored)
    case 'boolean':
    case 'text':
      return value === stored
    default:
      return false
  }
}

/** Whether a bind points at the row that the lookup holds already; only a GUID can tell. */
export function sameReference(written: unknown, stored: unknown): boolean {
  const isEmpty = stored === null || stored === undefined
  if (written === null || isEmpty) return written === null && isEmpty
  const key = typeof written === 'string' ? parseRowReference(written)?.key : undefined
  return typeof key === 'string' && isGuidText(key) && key.toLowerCase() === String(stored).toLowerCase()
}

function sameNumber(written: unknown, stored: unknown, precision: number): boolean {
  const a = roundDecimal(written, precision)
  return a !== undefined && a === roundDecimal(stored, precision)
}

function sortedChoices(value: unknown): string {
  return String(value)
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
    .sort()
    .join()
}
