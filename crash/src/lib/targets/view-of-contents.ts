import type { KeptLine, KeptRow, SinkContents } from '@deltaverse/core'
import {
  checkColumnsExisted,
  checkExisted,
  type Delivery,
  type FoundRow,
  type Problem,
  type SinkView,
  type VersionBook,
} from '@deltaverse/testing/crash'
import { primaryKey, selections } from '../service/item-table.js'

/** What a sink shows, compared with what the table ever held. */
export function viewOfContents(contents: SinkContents, book: VersionBook): SinkView {
  const problems: Problem[] = contents.torn.map((message) => ({ kind: 'torn', message }))
  const found = new Map<string, FoundRow>()
  for (const kept of contents.rows) {
    const row = foundRow(kept, book)
    if (found.has(row.id)) problems.push({ kind: 'repeated', message: `the sink has ${row.id} twice` })
    found.set(row.id, row)
  }
  const logged = contents.reads?.flatMap(({ lines }) => lines) ?? []
  const rows =
    contents.reads === undefined ? [...found.values()] : logged.flatMap((line) => rowOf(line, book))
  for (const row of rows) problems.push(...checkExisted(row, book, 'the sink', Object.values(selections)))
  for (const line of logged) problems.push(...problemsOfPatch(line, book))
  return {
    rows: found,
    ...(contents.reads !== undefined && {
      reads: contents.reads.map(({ isComplete, lines }) => ({ isComplete, lines: lines.map(deliveryOf) })),
    }),
    ...(contents.isInPlace && { isInPlace: true }),
    problems,
  }
}

/** What was given later is compared with what the table held in these columns. */
function problemsOfPatch(line: KeptLine, book: VersionBook): Problem[] {
  return line.kind === 'patch' ? checkColumnsExisted(foundRow(line.row, book), book, 'the sink') : []
}

function rowOf(line: KeptLine, book: VersionBook): FoundRow[] {
  return line.kind === 'row' ? [foundRow(line.row, book)] : []
}

/** A column that holds nothing is one that the row came without. */
function foundRow({ id, version, values }: KeptRow, book: VersionBook): FoundRow {
  const filled = Object.entries(values).filter(([name, value]) => name !== primaryKey && value !== null)
  const row = Object.fromEntries(filled)
  return { id, version: version ?? book.versionWith(id, row) ?? 'none that ever was', values: row }
}

function deliveryOf(line: KeptLine): Delivery {
  if (line.kind === 'deletion') return line
  return { kind: line.kind, id: line.row.id, version: line.row.version ?? '' }
}
