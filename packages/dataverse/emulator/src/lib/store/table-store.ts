import { type FoldText, foldTextFor } from '../fold-text.js'
import { type IdentifiedTable, rowIdentity } from '../schema/row-identity.js'
import type { StoredRow } from '../schema/table-definition.js'
import { type ChangeLog, createChangeLog } from './change-log.js'
import { keyText } from './key-text.js'
import { createSortedIds, type SortedIds } from './sorted-ids.js'

/** What is remembered of a deleted row. */
interface Tombstone {
  readonly version: number
  /** When it was deleted, in milliseconds since the epoch. */
  readonly at: number
}

/** An alternate key whose index exists. */
interface KeyIndexDefinition {
  readonly logicalName: string
  readonly columns: readonly string[]
}

/** The rows of one table, in memory, with what is needed to find them. Knows no transactions. */
export interface TableStore {
  readonly logicalName: string
  readonly size: number
  get(id: string): StoredRow | undefined
  readonly ids: SortedIds
  readonly changes: ChangeLog
  readonly tombstones: ReadonlyMap<string, Tombstone>
  /** The id of the row that has the key's values, given as a row. */
  idByKey(keyLogicalName: string, values: StoredRow): string | undefined
  /** Ids of the rows whose lookup column, or column of an intersect table, points at a row. */
  idsByLookup(column: string, targetId: string): readonly string[]
  /** Adds or replaces a row; it carries its id and its version. */
  set(row: StoredRow): void
  delete(id: string): void
  setTombstone(id: string, tombstone: Tombstone | undefined): void
  /** Builds the indexes of these keys; drops others. */
  indexKeys(table: IdentifiedTable, keys: readonly KeyIndexDefinition[]): void
}

interface KeyIndex {
  readonly definition: KeyIndexDefinition
  readonly ids: Map<string, string>
}

const foldNothing = foldTextFor('exact')

/** Creates the store of one table. */
export function createTableStore(logicalName: string, fold: FoldText): TableStore {
  const rows = new Map<string, StoredRow>()
  const ids = createSortedIds()
  const changes = createChangeLog()
  const tombstones = new Map<string, Tombstone>()
  const lookups = new Map<string, Map<string, Set<string>>>()
  let table: IdentifiedTable = { primaryIdColumn: `${logicalName}id`, isElastic: false }
  let keyIndexes: KeyIndex[] = []

  // Partitions are told apart exactly.
  const foldOf = (): FoldText => (table.isElastic ? foldNothing : fold)

  function index(row: StoredRow): void {
    const id = rowIdentity(table, row)
    for (const { definition, ids: byText } of keyIndexes) {
      const text = keyText(row, definition.columns, foldOf())
      if (text !== undefined) byText.set(text, id)
    }
    for (const [column, byTarget] of lookups) addReference(byTarget, row, column, id)
  }

  function unindex(row: StoredRow): void {
    const id = rowIdentity(table, row)
    for (const { definition, ids: byText } of keyIndexes) {
      const text = keyText(row, definition.columns, foldOf())
      if (text !== undefined && byText.get(text) === id) byText.delete(text)
    }
    for (const [column, byTarget] of lookups) {
      const target = targetOf(row, column)
      if (target !== undefined) byTarget.get(target)?.delete(id)
    }
  }

  /** Made when first asked for: only columns that deletions run into need one. */
  function lookupIndex(column: string): Map<string, Set<string>> {
    const known = lookups.get(column)
    if (known !== undefined) return known
    const byTarget = new Map<string, Set<string>>()
    for (const [id, row] of rows) addReference(byTarget, row, column, id)
    lookups.set(column, byTarget)
    return byTarget
  }

  return {
    logicalName,
    get size() {
      return rows.size
    },
    get: (id) => rows.get(id),
    ids,
    changes,
    tombstones,
    idByKey(keyLogicalName, values) {
      const found = keyIndexes.find(({ definition }) => definition.logicalName === keyLogicalName)
      if (found === undefined) return undefined
      const text = keyText(values, found.definition.columns, foldOf())
      return text === undefined ? undefined : found.ids.get(text)
    },
    idsByLookup: (column, targetId) => [...(lookupIndex(column).get(targetId) ?? [])],
    set(row) {
      const id = rowIdentity(table, row)
      const before = rows.get(id)
      if (before === undefined) ids.add(id)
      else unindex(before)
      rows.set(id, row)
      index(row)
    },
    delete(id) {
      const before = rows.get(id)
      if (before === undefined) return
      unindex(before)
      rows.delete(id)
      ids.remove(id)
    },
    setTombstone(id, tombstone) {
      if (tombstone === undefined) tombstones.delete(id)
      else tombstones.set(id, tombstone)
    },
    indexKeys(identified, keys) {
      table = identified
      keyIndexes = keys.map((definition) => ({ definition, ids: new Map() }))
      for (const row of rows.values()) index(row)
    },
  }
}

function targetOf(row: StoredRow, column: string): string | undefined {
  const value = row[column] ?? null
  // The columns of intersect tables hold plain ids.
  if (typeof value === 'string') return value
  return value !== null && typeof value === 'object' ? value.id : undefined
}

function addReference(byTarget: Map<string, Set<string>>, row: StoredRow, column: string, id: string): void {
  const target = targetOf(row, column)
  if (target === undefined) return
  const known = byTarget.get(target)
  if (known === undefined) byTarget.set(target, new Set([id]))
  else known.add(id)
}
