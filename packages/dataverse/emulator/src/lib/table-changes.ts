import type { ResolvedOptions } from './emulator-options.js'
import { pairKey } from './schema/resolve-intersect.js'
import type { Schema } from './schema/schema.js'
import type { Table } from './schema/table.js'
import type { TableDefinition } from './schema/table-definition.js'
import type { Store } from './store/store.js'
import type { TokenFloors } from './tracking/token-floors.js'

/** What requests do to the tables of an environment. */
export interface TableChanges {
  /** Puts a table definition into effect without noting it for the journal. */
  place(definition: TableDefinition): Table
  /** Adds a table or replaces it by its logical name. */
  define(definition: TableDefinition): void
  /** Takes a table away with its rows, and the many-to-many relationships that it is an end of. */
  remove(logicalName: string): void
  /** The tables that were added or changed. */
  changed(): Iterable<TableDefinition>
  /** Logical names of the tables that were taken away. */
  removed(): Iterable<string>
  /** Puts an earlier run's removal into effect again. */
  restoreRemoval(logicalName: string): void
  /** Puts an earlier run's definition into effect again. */
  restoreDefinition(definition: TableDefinition): void
  /** Rises with each change of the schema. */
  version(): number
}

/** What the tables of an environment are kept in. */
interface Parts {
  readonly schema: Schema
  readonly store: Store
  readonly tokenFloors: TokenFloors
  readonly options: ResolvedOptions
}

/** Creates what changes the tables; each change is a transaction of the store. */
export function createTableChanges({ schema, store, tokenFloors, options }: Parts): TableChanges {
  const changed = new Map<string, TableDefinition>()
  const removed = new Set<string>()
  let version = 0

  function place(definition: TableDefinition): Table {
    const known = schema.byLogicalName(definition.logicalName)
    const table = known === undefined ? schema.add(definition) : schema.replace(definition)
    const active = table.keys.filter((key) => key.indexStatus === 'Active')
    const keys = table.intersect === undefined ? active : [pairKey(table.intersect)]
    store.table(table.logicalName).indexKeys(table, keys)
    version += 1
    return table
  }

  function define(definition: TableDefinition): void {
    store.transact(() => {
      const name = definition.logicalName
      const before = schema.byLogicalName(name)?.definition
      const forget = remember(name)
      place(definition)
      changed.set(name, definition)
      removed.delete(name)
      store.note('table', definition, () => {
        if (before === undefined) discard(name)
        else place(before)
        forget()
      })
      if (before !== undefined && options.changeTracking.expireOnSchemaChange) expireTokens(name)
    })
  }

  function remove(logicalName: string): void {
    store.transact(() => {
      for (const { logicalName: name, intersect } of schema.tables()) {
        if (name !== logicalName && intersect?.ends.some(({ table }) => table === logicalName))
          removeOne(name)
      }
      removeOne(logicalName)
    })
  }

  function removeOne(name: string): void {
    const before = schema.byLogicalName(name)?.definition
    const forget = remember(name)
    const rows = discard(name)
    changed.delete(name)
    removed.add(name)
    store.note('table-removed', name, () => {
      if (rows !== undefined) store.keep(rows)
      if (before !== undefined) place(before)
      forget()
    })
    // A table that is made again under the name is another one.
    expireTokens(name)
  }

  /** Takes a table out of the schema and the store. */
  function discard(name: string): ReturnType<Store['drop']> {
    schema.remove(name)
    version += 1
    return store.drop(name)
  }

  /** What undoes the bookkeeping of a change to a table. */
  function remember(name: string): () => void {
    const before = changed.get(name)
    const wasRemoved = removed.has(name)
    return () => {
      if (before === undefined) changed.delete(name)
      else changed.set(name, before)
      if (wasRemoved) removed.add(name)
      else removed.delete(name)
    }
  }

  function expireTokens(table: string): void {
    const floor = store.advanceVersion()
    const before = tokenFloors.of(table)
    tokenFloors.raise(table, floor)
    store.note('token-floor', { table, floor }, () => tokenFloors.reset(table, before))
  }

  return {
    place,
    define,
    remove,
    changed: () => changed.values(),
    removed: () => removed,
    restoreRemoval(name) {
      discard(name)
      changed.delete(name)
      removed.add(name)
    },
    restoreDefinition(definition) {
      place(definition)
      changed.set(definition.logicalName, definition)
      removed.delete(definition.logicalName)
    },
    version: () => version,
  }
}
