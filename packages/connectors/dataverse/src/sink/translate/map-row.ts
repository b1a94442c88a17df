import type { TableMetadata } from '@deltaverse/metadata'
import { ref } from '@deltaverse/values'
import { type RowProblem, type RowProblemReason, remedies } from '../result/row-problem.js'
import { parseDate, parseDecimal } from './cell-values.js'
import type { CellForm, FilledColumn, TranslationSettings } from './translation-options.js'

type Values = Readonly<Record<string, unknown>>

/** A row with the table's columns, in the words of people, and what of it cannot be read. */
export interface MappedRow {
  readonly row: Values
  readonly problems: readonly RowProblem[]
}

/** Fills the table's columns from the values of rows. */
export interface RowMapper {
  map(values: Values): MappedRow
  /** The member that a column is filled from. */
  fromOf(column: string): string
}

/** Creates the mapper of one table. */
export function createRowMapper(table: TableMetadata, settings: TranslationSettings): RowMapper {
  const leaveOut = new Set(settings.leaveOut)
  const given = new Map(settings.columns.map((each) => [each.column, withDefaults(table, each, settings)]))
  const taken = new Set(settings.columns.map(({ from }) => from))
  const others = new Map<string, FilledColumn>()
  const otherOf = (name: string): FilledColumn => {
    const known = others.get(name) ?? withDefaults(table, { column: name, from: name }, settings)
    others.set(name, known)
    return known
  }
  return {
    fromOf: (column) => given.get(column)?.from ?? column,
    map(values) {
      const row: Record<string, unknown> = {}
      const problems: RowProblem[] = []
      const put = (cell: FilledColumn, value: unknown): void => {
        const filled = leaveOut.has(cell.column) ? undefined : fill(cell, value)
        if (filled === undefined) return
        if ('problem' in filled) problems.push(filled.problem)
        else row[cell.column] = filled.value
      }
      for (const cell of given.values()) put(cell, cell.from === undefined ? cell.value : values[cell.from])
      if (settings.others === 'by-name') {
        for (const [name, value] of Object.entries(values)) {
          // Annotations are no cells; what was bound by hand goes as it is.
          if (name.includes('@')) row[name] = value
          else if (!taken.has(name) && !given.has(name)) put(otherOf(name), value)
        }
      }
      return { row, problems }
    },
  }
}

const numbers: ReadonlySet<string> = new Set(['whole-number', 'big-integer', 'decimal', 'money', 'double'])

/** Of what holds for all columns, what a column of this kind can mean by it. */
function withDefaults(table: TableMetadata, cell: FilledColumn, defaults: CellForm): FilledColumn {
  const kind = table.columns.get(cell.column.toLowerCase())?.kind ?? 'other'
  const { format, timeZone, decimal, empty } = defaults
  return {
    // A row always has an owner, so an empty cell cannot mean that it shall have none.
    empty: kind === 'owner' ? 'skip' : empty,
    ...(kind === 'date' && { format, timeZone }),
    ...(numbers.has(kind) && { decimal }),
    ...cell,
  }
}

type Filled = { readonly value: unknown } | { readonly problem: RowProblem } | undefined

function fill(cell: FilledColumn, value: unknown): Filled {
  if (value === undefined) return undefined
  if (value === null || (typeof value === 'string' && value.trim() === '')) return fillEmpty(cell, value)
  if (cell.find !== undefined && typeof value !== 'object') {
    return { value: ref(cell.find.table, { [cell.find.column]: value as string }) }
  }
  if (typeof value !== 'string') return { value }
  const parsed =
    cell.format !== undefined || cell.timeZone !== undefined
      ? parseDate(value, cell)
      : cell.decimal === ','
        ? parseDecimal(value)
        : { value }
  return 'why' in parsed
    ? { problem: problemOf(cell, value, 'wrong-form', parsed.why, parsed.remedy) }
    : parsed
}

function fillEmpty(cell: FilledColumn, value: unknown): Filled {
  // What an empty text means is for the writer to say, unless it is said here.
  if (cell.empty === undefined) return { value: cell.find === undefined ? value : null }
  if (cell.empty === 'skip') return undefined
  if (cell.empty === 'null') return { value: null }
  return { problem: problemOf(cell, value, 'empty', 'is empty, which is refused', remedies.empty) }
}

function problemOf(
  { column, from }: FilledColumn,
  value: unknown,
  reason: RowProblemReason,
  why: string,
  remedy: string,
): RowProblem {
  const name = from ?? column
  return { column, ...(name !== column && { from: name }), value, reason, message: `${name} ${why}`, remedy }
}
