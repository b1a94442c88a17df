import { ref } from '@deltaverse/alternate-keys'
import { parseDate, parseDecimal } from './cell-values.js'
import type { ColumnMapping } from './column-mapping.js'
import type { CellProblem } from './dead-letter.js'

/** A row with the table's columns, in the words of people; or why it cannot be one. */
export type MappedRow =
  | { readonly row: Readonly<Record<string, unknown>>; readonly problems?: undefined }
  | { readonly problems: readonly CellProblem[] }

/**
 * Fills the table's columns from the values of the source. Without a mapping the values go by their own names, as rows of JSON do.
 *
 * @param mapping `undefined`: every value to the column of its name
 */
export function mapRow(
  values: Readonly<Record<string, unknown>>,
  mapping: readonly ColumnMapping[] | undefined,
): MappedRow {
  if (mapping === undefined) return { row: withoutAnnotations(values) }
  const row: Record<string, unknown> = {}
  const problems: CellProblem[] = []
  for (const cell of mapping) {
    const value = cell.from === undefined ? cell.value : values[cell.from]
    const filled = fill(cell, value)
    if (typeof filled === 'object' && filled !== null && 'problem' in filled) problems.push(filled.problem)
    else if (filled !== undefined) row[cell.column] = filled.value
  }
  return problems.length > 0 ? { problems } : { row }
}

type Filled = { readonly value: unknown } | { readonly problem: CellProblem } | undefined

function fill(cell: ColumnMapping, value: unknown): Filled {
  if (value === undefined) return undefined
  if (value === null || (typeof value === 'string' && value.trim() === '')) return fillEmpty(cell, value)
  if (cell.find !== undefined) return { value: ref(cell.find.table, { [cell.find.column]: value as string }) }
  if (typeof value !== 'string') return { value }
  const parsed =
    cell.format !== undefined || cell.timeZone !== undefined
      ? parseDate(value, cell)
      : cell.decimal === ','
        ? parseDecimal(value)
        : { value }
  return 'why' in parsed ? { problem: problemOf(cell, value, parsed.why, parsed.remedy) } : parsed
}

function fillEmpty(cell: ColumnMapping, value: unknown): Filled {
  if (cell.empty === 'skip') return undefined
  if (cell.empty !== 'refuse') return { value: null }
  return { problem: problemOf(cell, value, 'is empty, which this job refuses', 'fill it') }
}

function problemOf(
  { column, from }: ColumnMapping,
  value: unknown,
  why: string,
  remedy: string,
): CellProblem {
  return { column, ...(from !== undefined && { from }), value, message: `${from ?? column} ${why}`, remedy }
}

/** What our own files have beside the values: annotations such as `@odata.etag`. */
function withoutAnnotations(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !name.includes('@')))
}
