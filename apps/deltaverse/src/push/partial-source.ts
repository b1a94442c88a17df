import type { RowSource, SourceRow } from '../sources/source-row.js'
import { remarkPrefix } from './column-mapping.js'

/** Remarks that an export of dead letters adds: where a row stood before, and what is wrong with it. */
export const remarks = {
  file: `${remarkPrefix}file`,
  line: `${remarkPrefix}line`,
  problem: `${remarkPrefix}problem`,
} as const

/** A source that may hold some rows of another one only. */
export interface LookedAtSource {
  readonly source: RowSource
  /** Dead letters, or an export of them: what is missing there tells nothing. */
  readonly isPartial: boolean
}

/** Looks at the first row, and gives rows of an export the places back that they had. */
export async function lookAtSource(source: RowSource): Promise<LookedAtSource> {
  const isExport = source.columns?.includes(remarks.line) === true
  if (isExport) return { source: { ...source, rows: withPlaces(source.rows) }, isPartial: true }
  const iterator = source.rows[Symbol.asyncIterator]()
  const first = await iterator.next()
  async function* rows(): AsyncGenerator<SourceRow, void, undefined> {
    try {
      for (let step = first; step.done !== true; step = await iterator.next()) yield step.value
    } finally {
      await iterator.return?.()
    }
  }
  return {
    source: { ...source, rows: rows() },
    isPartial: first.done !== true && first.value.isLetter === true,
  }
}

async function* withPlaces(rows: AsyncIterable<SourceRow>): AsyncGenerator<SourceRow, void, undefined> {
  for await (const row of rows) {
    const { [remarks.file]: file, [remarks.line]: line } = row.values
    const isKnown = typeof file === 'string' && file !== '' && /^\d+$/.test(String(line))
    yield isKnown ? { ...row, place: { file, line: Number(line) } } : row
  }
}
