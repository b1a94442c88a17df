import type { RowTranslator } from '@deltaverse/alternate-keys'
import type { Row } from '@deltaverse/core'
import type { SourceRow } from '../sources/source-row.js'
import type { ColumnMapping } from './column-mapping.js'
import type { CellProblem } from './dead-letter.js'
import { mapRow } from './map-row.js'

/** Rows that are translated together, so that the rows they point at are looked up together. */
const rowsAtOnce = 1_000

/** A row that cannot be written as it stands in the source. */
export interface RejectedRow {
  readonly source: SourceRow
  readonly message: string
  readonly problems: readonly CellProblem[]
}

export interface TranslateOptions {
  readonly translator: RowTranslator
  readonly mapping: readonly ColumnMapping[] | undefined
  readonly signal: AbortSignal
  /** Told of each row that is on its way, with the row of the source that it was made of. */
  readonly onRow: (wire: Row, source: SourceRow) => void
  /** Told of each row that cannot be. Awaited. */
  readonly onRejected: (rejected: RejectedRow) => Promise<void>
}

/** The rows of a source as the Web API takes them, in order; holds a batch of them at a time. */
export async function* translateRows(
  rows: AsyncIterable<SourceRow>,
  options: TranslateOptions,
): AsyncGenerator<Row, void, undefined> {
  let batch: SourceRow[] = []
  for await (const row of rows) {
    if (batch.push(row) < rowsAtOnce) continue
    yield* translateBatch(batch, options)
    batch = []
  }
  yield* translateBatch(batch, options)
}

async function* translateBatch(
  batch: readonly SourceRow[],
  { translator, mapping, signal, onRow, onRejected }: TranslateOptions,
): AsyncGenerator<Row, void, undefined> {
  const mapped = batch.map((source) => ({ source, ...mapRow(source.values, mapping) }))
  const whole = mapped.filter((each) => 'row' in each)
  const translated = await translator.toWireRows(
    whole.map(({ row }) => row),
    { signal },
  )
  const results = new Map(whole.map(({ source }, at) => [source, translated[at]]))
  for (const { source, ...found } of mapped) {
    const result = results.get(source)
    if (result?.status === 'translated') {
      const wire = result.row as Row
      onRow(wire, source)
      yield wire
      continue
    }
    const problems =
      found.problems ?? (result?.problems ?? []).map((problem) => toCellProblem(problem, source, mapping))
    await onRejected({ source, problems, message: problems.map(({ message }) => message).join('; ') })
  }
}

function toCellProblem(
  { column, message }: { readonly column: string; readonly message: string },
  { values }: SourceRow,
  mapping: readonly ColumnMapping[] | undefined,
): CellProblem {
  const from = mapping?.find((each) => each.column === column)?.from ?? column
  return { column, ...(from !== column && { from }), value: values[from], message }
}
