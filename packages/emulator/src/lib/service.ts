import type { ServiceContext } from './http/service-context.js'
import { createIdSequence, type IdSequence } from './ids.js'
import type { ResolvedOptions } from './options.js'
import type { RelatedRows } from './query/related-rows.js'
import { createSchema, type Schema } from './schema/schema.js'
import { standardTables } from './schema/standard-tables.js'
import type { Table } from './schema/table.js'
import type { StoredRow, TableDefinition } from './schema/table-definition.js'
import { type CommittedChange, createStore, type Store } from './store/store.js'
import { createTokenFloors, type TokenFloors } from './tracking/token-floors.js'

/** Everything that requests work on. */
export interface Service {
  readonly options: ResolvedOptions
  readonly schema: Schema
  readonly store: Store
  readonly ids: IdSequence
  readonly tokenFloors: TokenFloors
  readonly context: ServiceContext
  readonly related: RelatedRows
  /** Rises with each change of the schema. */
  schemaVersion(): number
  /** Puts a table definition into effect without noting it for the journal. */
  placeTable(definition: TableDefinition): Table
}

/** The caller of every request, fixed so that tests can name it. */
export const callerId = '5f0f1d5e-0000-4000-8000-000000000001'
export const rootBusinessUnitId = '5f0f1d5e-0000-4000-8000-000000000002'
export const organizationId = '5f0f1d5e-0000-4000-8000-000000000003'

/** Builds the state that requests work on: schema, empty store, counters. */
export function createService(
  options: ResolvedOptions,
  onCommit: (changes: readonly CommittedChange[]) => void,
): Service {
  const schema = createSchema(standardTables)
  const store = createStore({ now: options.clock, keyComparison: options.keyComparison, onCommit })
  const ids = createIdSequence(options.seed)
  const tokenFloors = createTokenFloors()
  let schemaVersion = 0

  function placeTable(definition: TableDefinition): Table {
    const known = schema.byLogicalName(definition.logicalName)
    const table = known === undefined ? schema.add(definition) : schema.replace(definition)
    const active = table.keys.filter((key) => key.indexStatus === 'Active')
    store.table(table.logicalName).indexKeys(table.primaryIdColumn, active)
    schemaVersion += 1
    return table
  }

  function defineTable(definition: TableDefinition): void {
    store.transact(() => {
      const before = schema.byLogicalName(definition.logicalName)?.definition
      placeTable(definition)
      store.note('table', definition, () => {
        if (before !== undefined) placeTable(before)
      })
      if (before !== undefined && options.changeTracking.expireOnSchemaChange) {
        expireTokens(definition.logicalName)
      }
    })
  }

  function expireTokens(table: string): void {
    const floor = store.advanceVersion()
    const before = tokenFloors.of(table)
    tokenFloors.raise(table, floor)
    store.note('token-floor', { table, floor }, () => tokenFloors.reset(table, before))
  }

  for (const table of schema.tables()) placeTable(table.definition)
  for (const definition of options.tables) placeTable(definition)
  return {
    options,
    schema,
    store,
    ids,
    tokenFloors,
    related: relatedRows(store),
    schemaVersion: () => schemaVersion,
    placeTable,
    context: {
      now: options.clock,
      newId: () => ids.next(),
      userId: callerId,
      businessUnitId: rootBusinessUnitId,
      organizationId,
      metadataVersion: () => String(6_000_000 + schemaVersion),
      rowCount: (table) => store.table(table).size,
      rows: (table) => rowsInOrder(store, table),
      row: (table, id) => store.table(table).get(id),
      defineTable,
    },
  }
}

function* rowsInOrder(store: Store, logicalName: string): Generator<StoredRow> {
  const rows = store.table(logicalName)
  for (const id of rows.ids.settled()) {
    const row = rows.get(id)
    if (row !== undefined) yield row
  }
}

function relatedRows(store: Store): RelatedRows {
  return {
    get: (table, id) => store.table(table).get(id),
    referencing(table, column, id) {
      const rows = store.table(table)
      return [...rows.idsByLookup(column, id)].sort().map((each) => rows.get(each)!)
    },
  }
}
