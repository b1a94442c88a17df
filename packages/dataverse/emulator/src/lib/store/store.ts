import type { FoldText } from '../fold-text.js'
import type { StoredRow } from '../schema/table-definition.js'
import { createTableStore, type TableStore } from './table-store.js'

/** What one committed change was; what the journal keeps and what the history tells. */
export type CommittedChange =
  | {
      readonly kind: 'row'
      readonly table: string
      readonly id: string
      readonly row: StoredRow
      readonly version: number
      readonly created: boolean
    }
  | {
      readonly kind: 'deletion'
      readonly table: string
      readonly id: string
      readonly version: number
      readonly at: number
    }
  /** Anything else that must survive a restart, such as a table definition. */
  | { readonly kind: 'fact'; readonly name: string; readonly value: unknown }

/** All rows of all tables, with one row version counter and all-or-nothing transactions. */
export interface Store {
  table(logicalName: string): TableStore
  tables(): Iterable<TableStore>
  /** The newest row version handed out. */
  readonly version: number
  /** Raises the counter: to `atLeast`, or by one. */
  advanceVersion(atLeast?: number): number
  /** Stores a row under the next version; its `versionnumber` is set here. */
  put(table: string, id: string, row: StoredRow): StoredRow
  /** Deletes a row that exists, under the next version. */
  remove(table: string, id: string): void
  /** Notes something to be committed with the running transaction; `undo` runs if that fails. */
  note(name: string, value: unknown, undo: () => void): void
  /** Puts a change that was committed in an earlier run back into effect. Facts are not the store's. */
  restore(change: Exclude<CommittedChange, { kind: 'fact' }>): void
  /** Takes a table's rows away with all that is remembered of them, and hands them out. Not noted for the journal. */
  drop(table: string): TableStore | undefined
  /** Takes back what {@link drop} did. */
  keep(rows: TableStore): void
  /** Runs synchronous work; when it throws, everything it stored is taken back. Nested calls join the outer one. */
  transact<T>(work: () => T): T
}

/** What a {@link Store} needs. */
export interface StoreOptions {
  readonly now: () => number
  /** How the values of alternate keys compare. */
  readonly foldKey: FoldText
  /** Called with the changes of each transaction before its work counts as done; throwing rolls it back. */
  readonly onCommit: (changes: readonly CommittedChange[]) => void
}

interface Transaction {
  readonly changes: CommittedChange[]
  readonly undo: (() => void)[]
}

/** Row versions start here, so that they look like those of an environment in use. */
const firstVersion = 1_000_000

/** Creates an empty store. */
export function createStore({ now, foldKey, onCommit }: StoreOptions): Store {
  const tables = new Map<string, TableStore>()
  let version = firstVersion
  let running: Transaction | undefined

  function table(logicalName: string): TableStore {
    let found = tables.get(logicalName)
    if (found === undefined) {
      found = createTableStore(logicalName, foldKey)
      tables.set(logicalName, found)
    }
    return found
  }

  function transaction(): Transaction {
    if (running === undefined) throw new Error('rows change only inside a transaction')
    return running
  }

  function transact<T>(work: () => T): T {
    if (running !== undefined) return work()
    const current: Transaction = { changes: [], undo: [] }
    const versionBefore = version
    running = current
    try {
      const result = work()
      if (current.changes.length > 0) onCommit(current.changes)
      return result
    } catch (error) {
      for (const undo of current.undo.reverse()) undo()
      version = versionBefore
      throw error
    } finally {
      running = undefined
    }
  }

  return {
    table,
    tables: () => tables.values(),
    get version() {
      return version
    },
    advanceVersion(atLeast = version + 1) {
      version = Math.max(version, atLeast)
      return version
    },
    put(logicalName, id, values) {
      const { changes, undo } = transaction()
      const rows = table(logicalName)
      const before = rows.get(id)
      const tombstone = rows.tombstones.get(id)
      version += 1
      const row: StoredRow = { ...values, versionnumber: BigInt(version) }
      rows.set(row)
      rows.setTombstone(id, undefined)
      rows.changes.append({ version, id, deleted: false })
      changes.push({ kind: 'row', table: logicalName, id, row, version, created: before === undefined })
      undo.push(() => {
        rows.changes.pop()
        rows.setTombstone(id, tombstone)
        if (before === undefined) rows.delete(id)
        else rows.set(before)
      })
      return row
    },
    remove(logicalName, id) {
      const { changes, undo } = transaction()
      const rows = table(logicalName)
      const before = rows.get(id)
      if (before === undefined) return
      const at = now()
      version += 1
      rows.delete(id)
      rows.setTombstone(id, { version, at })
      rows.changes.append({ version, id, deleted: true })
      changes.push({ kind: 'deletion', table: logicalName, id, version, at })
      undo.push(() => {
        rows.changes.pop()
        rows.setTombstone(id, undefined)
        rows.set(before)
      })
    },
    restore(change) {
      const rows = table(change.table)
      if (change.kind === 'row') rows.set(change.row)
      else rows.delete(change.id)
      const { version: at } = change
      rows.setTombstone(change.id, change.kind === 'row' ? undefined : { version: at, at: change.at })
      rows.changes.append({ version: at, id: change.id, deleted: change.kind === 'deletion' })
      version = Math.max(version, at)
    },
    note(name, value, undo) {
      const current = transaction()
      current.changes.push({ kind: 'fact', name, value })
      current.undo.push(undo)
    },
    drop(logicalName) {
      const rows = tables.get(logicalName)
      tables.delete(logicalName)
      return rows
    },
    keep(rows) {
      tables.set(rows.logicalName, rows)
    },
    transact,
  }
}
