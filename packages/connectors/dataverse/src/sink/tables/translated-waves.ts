import type { Row } from '@deltaverse/core'
import type { WriterTable } from '../plan/table-port.js'
import type { RowSource } from '../queue/row-source.js'
import type { RowTranslation } from '../translate/translation-options.js'

/** How rows in people's words are written in two passes. */
export interface TranslatedPasses {
  /** All but the look-ups that have to wait. */
  readonly first: RowTranslation<Row>
  /** The key and those look-ups. */
  readonly second: RowTranslation<Row>
  /** Whether a row says anything of them. */
  isWaiting(row: Row): boolean
}

/** Divides a translation: a look-up waits as a whole, whichever of its tables a row points at. */
export function divideTranslation(
  given: RowTranslation<Row> | true,
  { columns: known }: WriterTable,
  binds: ReadonlySet<string>,
  key: readonly string[],
): TranslatedPasses {
  const translation = given === true ? {} : given
  const { columns = {}, valuesOf = (row: Row) => row } = translation
  const waiting = [...known.values()]
    .filter(({ targets }) =>
      targets.some(({ navigationProperty }) => binds.has(`${navigationProperty}@odata.bind`)),
    )
    .map(({ logicalName }) => logicalName)
  return {
    first: { ...translation, leaveOut: [...(translation.leaveOut ?? []), ...waiting] },
    second: {
      ...translation,
      others: 'leave-out',
      columns: Object.fromEntries([...key, ...waiting].map((column) => [column, columns[column] ?? {}])),
    },
    isWaiting(row) {
      const values = valuesOf(row)
      return waiting.some((column) => {
        const { from = column, value } = columns[column] ?? {}
        return value !== undefined || values[from] !== undefined
      })
    },
  }
}

/** The rows of the second pass, as they were given, with their places kept. */
export async function* waitingRows(
  rows: RowSource<Row>,
  { isWaiting }: TranslatedPasses,
  failed: ReadonlySet<number>,
  noteIndex: (row: Row, index: number) => void,
): AsyncGenerator<Row, void, undefined> {
  let index = -1
  for await (const row of rows) {
    index += 1
    if (failed.has(index) || !isWaiting(row)) continue
    noteIndex(row, index)
    yield row
  }
}
