import type { StoredRow } from '../schema/table-definition.js'
import type { TableStore } from '../store/table-store.js'

/** One entry of a delta: a row in its current state, or the id of a deleted one. */
type DeltaEntry =
  | { readonly row: StoredRow; readonly version: number }
  | { readonly deletedId: string; readonly version: number }

/** Where a delta that is read in pages stands: entries of `part` after `version`. */
export interface DeltaPosition {
  readonly part: 'changed' | 'deleted' | 'all'
  readonly version: number
}

/** Some entries of a delta, and where the next ones begin if there are more. */
export interface DeltaPage {
  readonly entries: readonly DeltaEntry[]
  readonly next: DeltaPosition | undefined
}

/** Where a delta begins. */
export function deltaStart(since: number, order: 'deletes-last' | 'by-version'): DeltaPosition {
  return { part: order === 'by-version' ? 'all' : 'changed', version: since }
}

/** Reads up to `limit` entries; the work is proportional to what was written since, not to the table. */
export function readDelta(
  rows: TableStore,
  since: number,
  position: DeltaPosition,
  limit: number,
): DeltaPage {
  const entries: DeltaEntry[] = []
  let last = position
  for (const [part, entry] of entriesFrom(rows, since, position)) {
    if (entries.length === limit) return { entries, next: last }
    entries.push(entry)
    last = { part, version: entry.version }
  }
  return { entries, next: undefined }
}

/** How many entries a delta has. */
export function countDelta(rows: TableStore, since: number): number {
  let count = 0
  for (const _ of entriesFrom(rows, since, { part: 'all', version: since })) count += 1
  return count
}

type PlacedEntry = readonly [DeltaPosition['part'], DeltaEntry]

function* entriesFrom(rows: TableStore, since: number, position: DeltaPosition): Generator<PlacedEntry> {
  yield* entriesOfPart(rows, position.part, position.version)
  if (position.part === 'changed') yield* entriesOfPart(rows, 'deleted', since)
}

function* entriesOfPart(
  rows: TableStore,
  part: DeltaPosition['part'],
  after: number,
): Generator<PlacedEntry> {
  const { changes } = rows
  for (const { id, version, deleted } of changes.after(after)) {
    if (deleted) {
      const current = part !== 'changed' && rows.tombstones.get(id)?.version === version
      if (current) yield [part, { deletedId: id, version }]
    } else if (part !== 'deleted') {
      const row = rows.get(id)
      if (row !== undefined && Number(row.versionnumber) === version) yield [part, { row, version }]
    }
  }
}
