import type { ColumnKind, DateBehavior } from '@deltaverse/metadata'
import { isGuidText, type ODataLiteral, parseRowReference } from '@deltaverse/protocol'
import { toWireDate } from '../date/wire-date.js'
import { normaliseBigInteger, normaliseDecimal, normaliseInteger } from '../number/decimal-text.js'
import { isRef } from '../reference/row-ref.js'
import { toWireText } from '../text/wire-text.js'

/** A value of a key as addresses and filters hold it, or what is wrong with it. */
export type KeyLiteral = { readonly literal: ODataLiteral } | { readonly problem: string }

/**
 * Gives a value of a key the type of its column. Besides the kinds that an alternate key can have (text, whole number, decimal,
 * date, choice, lookup; Microsoft Learn: Define alternate keys for a table) it takes those that a filter compares exactly: GUID,
 * big integer, money, state, status. A floating point number, a yes/no and several choices name no row.
 *
 * A value that does not fit exactly must never be sent, because it would name another row or none.
 */
export function toKeyLiteral(
  kind: ColumnKind,
  value: unknown,
  behavior: DateBehavior = 'UserLocal',
): KeyLiteral {
  if (value === null || value === undefined || (typeof value === 'string' && value.trim() === '')) {
    return { problem: 'such a key names no row. Leave rows without a key out, or give them a value' }
  }
  switch (kind) {
    case 'text': {
      const wire = toWireText(value, 'refuse')
      if (wire === undefined) return { problem: 'the column holds text' }
      return 'text' in wire ? { literal: { kind: 'text', text: wire.text } } : wire
    }
    case 'whole-number':
    case 'choice':
    case 'state':
    case 'status':
      return bare(normaliseInteger(value), 'whole numbers of 32 bits')
    case 'big-integer':
      return bare(normaliseBigInteger(value), 'whole numbers of 64 bits')
    case 'decimal':
    case 'money':
      return bare(normaliseDecimal(value), 'decimal numbers')
    case 'date':
      return dateLiteral(value, behavior)
    case 'lookup':
    case 'owner':
    case 'guid':
      return bare(guidOf(value), 'a GUID or a reference')
    default:
      return { problem: `a column of kind '${kind}' cannot be part of a key` }
  }
}

function bare(text: string | undefined, holds: string): KeyLiteral {
  return text === undefined ? { problem: `the column holds ${holds}` } : { literal: { kind: 'bare', text } }
}

function dateLiteral(value: unknown, behavior: DateBehavior): KeyLiteral {
  if (typeof value !== 'string' && !(value instanceof Date)) return { problem: 'the column holds dates' }
  const date = toWireDate(value, behavior)
  return 'text' in date ? { literal: { kind: 'bare', text: date.text } } : date
}

/** A GUID, a `ref()` by GUID, or what a bind says: `contacts(<guid>)`. */
function guidOf(value: unknown): string | undefined {
  if (isGuidText(value)) return value.toLowerCase()
  const key = isRef(value) ? value.key : typeof value === 'string' ? parseRowReference(value)?.key : undefined
  return isGuidText(key) ? key.toLowerCase() : undefined
}
