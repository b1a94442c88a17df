import { unknownVersion } from '@deltaverse/bad-rows'
import type { BadRowLetters } from './bad-row-letters.js'
import { columnsToEmpty } from './columns-to-empty.js'
import type { SqlConnection } from './connection.js'
import type { RowLoader, SqlDialect, StagedRow } from './dialect.js'
import { divide } from './divide.js'
import { goesThrough, inSavepoint } from './savepoint.js'

/** A loader that finds the rows which the database refuses: rows go in groups, and a group that fails in halves. */
export type RowGroups = RowLoader

/** Of a group that is refused, every row is sent once more some ten times. */
const rowsInGroup = 1_000

export interface RowGroupsOptions {
  readonly dialect: Pick<SqlDialect, 'errors'>
  readonly connection: SqlConnection
  readonly letters: BadRowLetters
  readonly createLoader: () => RowLoader
}

export function createRowGroups(options: RowGroupsOptions): RowGroups {
  const { dialect, connection, letters, createLoader } = options
  let rows: StagedRow[] = []

  async function send(group: readonly StagedRow[]): Promise<void> {
    const loader = createLoader()
    for (const row of group) await loader.load(row)
    await loader.end()
  }

  function attempt(group: readonly StagedRow[]): Promise<void> {
    return inSavepoint(connection, 'deltaverse_load', () => send(group))
  }

  async function onBad(row: StagedRow, error: unknown): Promise<void> {
    const emptied = letters.isKept
      ? await columnsToEmpty(filledPlaces(row), (places) =>
          goesThrough(
            connection,
            'deltaverse_load',
            () => send([without(row, places)]),
            dialect.errors.isRowFault,
          ),
        )
      : undefined
    if (emptied === undefined) return letters.ofStaged(row, error)
    await attempt([without(row, new Set(emptied))])
    letters.ofStaged(row, error, emptied)
  }

  async function flush(): Promise<void> {
    const group = rows
    rows = []
    await divide(group, attempt, dialect.errors.isRowFault, onBad)
  }

  return {
    load(row) {
      rows.push(row)
      return rows.length < rowsInGroup ? undefined : flush()
    },
    end: flush,
  }
}

function filledPlaces({ values }: StagedRow): number[] {
  return values.flatMap((value, place) => (value === null ? [] : [place]))
}

function without(row: StagedRow, places: ReadonlySet<number>): StagedRow {
  const values = row.values.map((value, place) => (places.has(place) ? null : value))
  return { ...row, rowVersion: unknownVersion, values }
}
