import type { ColumnKind } from '@deltaverse/metadata'
import type { ODataLiteral } from '@deltaverse/protocol'
import { normaliseDecimal } from '../number/decimal-text.js'
import { foldText, type TextComparison } from '../text/fold-text.js'

/** Several texts as one that is equal where they are. */
export function joinComparables(texts: readonly string[]): string {
  const [text] = texts
  return texts.length === 1 && text !== undefined ? text : JSON.stringify(texts)
}

/** A literal of a key in the form in which equal keys are equal. */
export function comparableOfLiteral({ kind, text }: ODataLiteral, comparison: TextComparison): string {
  return kind === 'text' ? foldText(text, comparison) : text.toLowerCase()
}

/** A value that was read, in the form of {@link comparableOfLiteral}. */
export function comparableOfValue(
  kind: ColumnKind | undefined,
  value: unknown,
  comparison: TextComparison,
): string {
  switch (kind) {
    case 'decimal':
    case 'money':
    case 'whole-number':
    case 'big-integer':
    case 'choice':
    case 'state':
    case 'status':
      return normaliseDecimal(value) ?? String(value)
    case 'date':
      return String(value)
        .replace(/\.\d+(?=Z$)/i, '')
        .toLowerCase()
    case 'lookup':
    case 'owner':
    case 'guid':
      return String(value).toLowerCase()
    default:
      return foldText(String(value), comparison)
  }
}
