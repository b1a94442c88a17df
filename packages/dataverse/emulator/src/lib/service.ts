import { type AutoNumberCounters, createAutoNumberCounters } from './auto-numbers/auto-number-counters.js'
import type { ResolvedOptions } from './emulator-options.js'
import { createFileStore, type FileStore } from './files/file-store.js'
import { createUploadSessions, type UploadSessions } from './files/upload-sessions.js'
import { foldCase, foldTextFor } from './fold-text.js'
import type { ServiceContext } from './http/service-context.js'
import { createIdSequence, type IdSequence } from './ids.js'
import type { RelatedRows } from './query/related-rows.js'
import { builtInIds } from './schema/built-in-rows.js'
import { createSchema, type Schema } from './schema/schema.js'
import { standardTables } from './schema/standard-tables.js'
import type { StoredRow, TableDefinition } from './schema/table-definition.js'
import { type CommittedChange, createStore, type Store } from './store/store.js'
import { createTableChanges, type TableChanges } from './table-changes.js'
import { createTokenColumns, type TokenColumns } from './tracking/token-columns.js'
import { createTokenFloors, type TokenFloors } from './tracking/token-floors.js'

/** Whose name rows carry, and how its bodies are written. */
interface Caller {
  readonly userId: string
  /** Who really sent the request, when that is another. */
  readonly behalfOf: string | undefined
  /** Whether bodies hold decimals and 64-bit integers as text (`IEEE754Compatible=true`). */
  readonly textNumbers: boolean
}

/** Everything that requests work on. */
export interface Service {
  readonly options: ResolvedOptions
  readonly schema: Schema
  readonly store: Store
  readonly ids: IdSequence
  /** Makes the tokens of uploads and downloads; not of rows, which must not depend on them. */
  readonly sessionTokens: IdSequence
  /** Makes the random parts of autonumbers. */
  readonly randomIds: IdSequence
  readonly autoNumbers: AutoNumberCounters
  readonly files: FileStore
  readonly uploads: UploadSessions
  readonly tokenFloors: TokenFloors
  readonly tokenColumns: TokenColumns
  readonly context: ServiceContext
  readonly related: RelatedRows
  /** Who the running request acts for. */
  readonly caller: Caller
  /** Runs synchronous work for a user, who need not be the one who sent the request. */
  serve<T>(caller: Pick<Caller, 'userId' | 'textNumbers'>, work: () => T): T
  /** What requests do to the tables. */
  readonly tables: TableChanges
  /** Ends the life of every delta token handed out so far. */
  expireAllTokens(): void
  /** Puts a fact of an earlier run into effect again. */
  restoreFact(name: string, value: unknown): void
}

/** Builds the state that requests work on: schema, empty store, counters. */
export function createService(
  options: ResolvedOptions,
  onCommit: (changes: readonly CommittedChange[]) => void,
): Service {
  // Filters never see case, whatever keys do.
  const fold = options.keyComparison === 'accent-insensitive' ? foldTextFor('accent-insensitive') : foldCase
  const schema = createSchema(standardTables, fold)
  const store = createStore({ now: options.clock, foldKey: foldTextFor(options.keyComparison), onCommit })
  const ids = createIdSequence(options.seed)
  const files = createFileStore(store)
  const autoNumbers = createAutoNumberCounters(store)
  const tokenFloors = createTokenFloors()
  const tables = createTableChanges({ schema, store, tokenFloors, options })
  let caller: Caller = { userId: builtInIds.caller, behalfOf: undefined, textNumbers: false }

  function expireAllTokens(): void {
    store.transact(() => {
      const before = tokenFloors.all
      const floor = store.advanceVersion()
      tokenFloors.raiseAll(floor)
      store.note('token-floor-of-all', floor, () => tokenFloors.resetAll(before))
    })
  }

  function restoreFact(name: string, value: unknown): void {
    if (name === 'table') {
      tables.restoreDefinition(value as TableDefinition)
    } else if (name === 'table-removed') {
      tables.restoreRemoval(value as string)
    } else if (name === 'token-floor') {
      const { table, floor } = value as { table: string; floor: number }
      tokenFloors.raise(table, floor)
    } else if (name === 'token-floor-of-all') {
      tokenFloors.raiseAll(value as number)
    } else if (!files.restoreFact(name, value)) autoNumbers.restoreFact(name, value)
  }

  for (const table of schema.tables()) tables.place(table.definition)
  for (const definition of options.tables) tables.place(definition)
  return {
    options,
    schema,
    store,
    ids,
    sessionTokens: createIdSequence(options.seed + 3),
    randomIds: createIdSequence(options.seed + 4),
    autoNumbers,
    files,
    uploads: createUploadSessions(),
    tokenFloors,
    tokenColumns: createTokenColumns(options.changeTracking.otherColumns),
    related: relatedRows(store),
    get caller() {
      return caller
    },
    serve({ userId, textNumbers }, work) {
      const before = caller
      // Whoever impersonates himself acts on nobody's behalf (seen in the field).
      const isSender = userId === builtInIds.caller
      caller = { userId, behalfOf: isSender ? undefined : builtInIds.caller, textNumbers }
      try {
        return work()
      } finally {
        caller = before
      }
    },
    tables,
    expireAllTokens,
    restoreFact,
    context: {
      now: options.clock,
      newId: () => ids.next(),
      get userId() {
        return caller.userId
      },
      businessUnitId: builtInIds.businessUnit,
      organizationId: builtInIds.organization,
      foldKey: foldTextFor(options.keyComparison),
      metadataVersion: () => String(6_000_000 + tables.version()),
      rowCount: (table) => store.table(table).size,
      rows: (table) => rowsInOrder(store, table),
      row: (table, id) => store.table(table).get(id),
      defineTable: tables.define,
      removeTable: tables.remove,
      numbersInFilterLists: options.numbersInFilterLists,
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
      const ids = [...rows.idsByLookup(column, id)].sort()
      return ids.map((each) => rows.get(each)).filter((row) => row !== undefined)
    },
  }
}
