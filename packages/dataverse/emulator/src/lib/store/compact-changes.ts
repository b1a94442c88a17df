import type { TokenFloors } from '../tracking/token-floors.js'
import type { TableStore } from './table-store.js'

/** Entries that a change log may gain in any case before it is worth going through it. */
const slack = 1024

/**
 * Drops superseded entries of a table's change log each time that it has doubled, and forgets deletions older than
 * `retentionMs`; tokens from before a forgotten deletion end their life.
 */
export function compactChanges(
  rows: TableStore,
  floors: TokenFloors,
  now: number,
  retentionMs: number,
): void {
  if (rows.changes.length < 2 * rows.changes.compactedLength + slack) return
  for (const [id, { version, at }] of rows.tombstones) {
    if (now - at <= retentionMs) continue
    rows.setTombstone(id, undefined)
    floors.raise(rows.logicalName, version)
  }
  rows.changes.compact(({ id, version, deleted }) =>
    deleted
      ? rows.tombstones.get(id)?.version === version
      : Number(rows.get(id)?.versionnumber ?? -1) === version,
  )
}
