import type { ColumnGroup, JsonValue } from '@deltaverse/core'
import { formatCollectionPath } from '@deltaverse/protocol'
import { changesOfRuns, keyColumns } from './change.js'
import { isRefusedLink } from './delta-answer.js'
import { createPageCount } from './page-count.js'
import type { ReadContext } from './read-context.js'
import { readParts } from './read-parts.js'
import { canonicalSelect } from './read-position.js'

/** Behind which page a read of some columns goes on. */
interface ColumnsCursor {
  readonly select: readonly string[]
  /** Path and query, as the service gave it. */
  readonly nextLink: string
}

/**
 * Reads some columns of all rows, without change tracking: no token of the table is touched. In the order of the primary key,
 * which is unique, so that rows neither come twice nor are left out while others come and go (the service's default; it is
 * asked for all the same).
 *
 * Source: Microsoft Learn, "Order rows" and "Page results" of the Web API.
 */
export async function* readColumns(
  context: ReadContext,
  columns: readonly string[],
  cursor: JsonValue | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<ColumnGroup, void, undefined> {
  const select = selectOf(columns)
  const nextLink = linkOf(cursor, select)
  let told = false
  if (nextLink !== undefined) {
    try {
      for await (const group of readFrom(context, select, nextLink, signal)) {
        told = true
        yield group
      }
      return
    } catch (error) {
      // Links grow old, and a change of the table's definition may end them: then once more from the start.
      if (told || !isRefusedLink(error)) throw error
    }
  }
  yield* readFrom(context, select, firstPath(context, select), signal)
}

async function* readFrom(
  context: ReadContext,
  select: readonly string[],
  path: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<ColumnGroup, void, undefined> {
  const page = createPageCount(context.options.onEvent)
  // Nothing is read ahead: who breaks off to read what changed would have paid for it.
  const options = { ...context.options, tracked: false, readAheadBytes: 0 }
  for await (const part of readParts({ ...context, options }, path, signal, options)) {
    if (part.kind === 'start') page.begin()
    else if (part.kind === 'rows') {
      const rows = changesOfRuns(part.runs, context.shape)
      page.count(rows)
      yield { rows: rows.filter((change) => change.kind === 'upserted') }
    } else {
      page.end(part, 'backfill')
      if (part.nextLink !== undefined) yield { rows: [], cursor: { select, nextLink: part.nextLink } }
    }
  }
}

function firstPath({ options, shape }: ReadContext, select: readonly string[]): string {
  const path = formatCollectionPath({
    entitySet: options.entitySet,
    select: [...keyColumns(shape), ...select],
  })
  return `${path}&$orderby=${shape.primaryKey}`
}

/** The columns behind members of rows: an annotation comes with the column that it is of. */
function selectOf(columns: readonly string[]): readonly string[] {
  return canonicalSelect(columns.map((member) => member.replace(/@.*$/, ''))) ?? []
}

/** A cursor of other columns, or of another release, is not followed. */
function linkOf(cursor: JsonValue | undefined, select: readonly string[]): string | undefined {
  const { select: ofCursor, nextLink } = Object(cursor) as Partial<ColumnsCursor>
  if (typeof nextLink !== 'string' || !Array.isArray(ofCursor)) return undefined
  return ofCursor.join() === select.join() ? nextLink : undefined
}
