import {
  checkExisted,
  type FoundRow,
  type Problem,
  type SinkView,
  type VersionBook,
} from '@deltaverse/testing/crash'
import { primaryKey, selections } from '../service/item-table.js'

/** Columns of a table that say more of a row than its values. */
const keptBeside = new Set(['id', primaryKey, 'row_version', 'epoch'])

/** What the rows of a table in a database show. A column that holds nothing is one that the row came without. */
export function viewOfTable(rows: readonly Readonly<Record<string, unknown>>[], book: VersionBook): SinkView {
  const found = new Map<string, FoundRow>()
  const problems: Problem[] = []
  for (const row of rows) {
    const values = Object.entries(row).filter(([name, value]) => !keptBeside.has(name) && value !== null)
    const one = { id: String(row.id), version: String(row.row_version), values: Object.fromEntries(values) }
    if (found.has(one.id)) problems.push({ kind: 'repeated', message: `the table has ${one.id} twice` })
    found.set(one.id, one)
    problems.push(...checkExisted(one, book, 'the table', Object.values(selections)))
  }
  return { rows: found, isInPlace: true, problems }
}
