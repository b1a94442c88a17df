import type { Problem } from './problem.js'
import type { KnownRow, RowValues, VersionBook } from './version-book.js'

/** A row as it was found in a sink. */
export interface FoundRow {
  readonly id: string
  readonly version: string
  readonly values: Readonly<Record<string, unknown>>
}

/** Whether the rows are those of the table, in their latest versions and with the selected columns. */
export function compareWithTable(
  found: ReadonlyMap<string, FoundRow>,
  table: readonly KnownRow[],
  columns: readonly string[],
): Problem[] {
  const problems: Problem[] = []
  for (const row of table) {
    const held = found.get(row.id)
    if (held === undefined) problems.push(lost(`row ${row.id} (version ${row.version}) is missing`))
    else if (held.version !== row.version) {
      problems.push(lost(`row ${row.id} is of version ${held.version}, the table's is ${row.version}`))
    } else if (!holds(held, row.values, columns)) {
      problems.push(
        lost(`row ${row.id} (version ${row.version}) does not hold ${columns.join(', ')} as they are`),
      )
    }
  }
  const ids = new Set(table.map(({ id }) => id))
  for (const { id, version } of found.values()) {
    if (!ids.has(id))
      problems.push(lost(`row ${id} (version ${version}) is still there though it was deleted`))
  }
  return problems
}

/** Whether the row is one that the table really held: its version, and all of its values of that version. */
export function checkExisted(
  row: FoundRow,
  book: VersionBook,
  where: string,
  selections: readonly (readonly string[])[],
): Problem[] {
  const versions = book.valuesOf(row.id, row.version)
  const existed = versions.some((values) => selections.some((columns) => holds(row, values, columns)))
  if (existed) return []
  const why = versions.length === 0 ? 'never existed' : 'did not have these values'
  return [{ kind: 'torn', message: `${where}: row ${row.id} version ${row.version} ${why}` }]
}

/** Whether columns are those of a row that the table really held, in this version. */
export function checkColumnsExisted(row: FoundRow, book: VersionBook, where: string): Problem[] {
  const named = Object.entries(row.values)
  const versions = book.valuesOf(row.id, row.version)
  if (versions.some((values) => named.every(([name, value]) => values[name] === value))) return []
  return [{ kind: 'torn', message: `${where}: columns of row ${row.id} are none of version ${row.version}` }]
}

/** Exactly these columns, with these values. */
function holds(row: FoundRow, values: RowValues, columns: readonly string[]): boolean {
  const names = Object.keys(row.values)
  return names.length === columns.length && columns.every((name) => row.values[name] === values[name])
}

function lost(message: string): Problem {
  return { kind: 'lost', message }
}
