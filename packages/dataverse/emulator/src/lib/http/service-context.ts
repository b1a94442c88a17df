import type { FoldText } from '../fold-text.js'
import type { StoredRow, TableDefinition } from '../schema/table-definition.js'

/** What request handlers outside the row store may ask of the running emulator. */
export interface ServiceContext {
  /** Milliseconds since the epoch, from the emulator's clock. */
  now(): number
  /** The next GUID of the emulator's seeded sequence. */
  newId(): string
  /** The user that every request acts for, and where it belongs. */
  readonly userId: string
  readonly businessUnitId: string
  readonly organizationId: string
  /** Changes with every change of the schema. */
  metadataVersion(): string
  /** Whether filter functions take numbers in lists, which are texts. */
  readonly numbersInFilterLists: 'refused' | 'taken'
  /** How the values of alternate keys compare. Default: as all texts do. */
  readonly foldKey?: FoldText | undefined
  rowCount(tableLogicalName: string): number
  /** All rows of a table, in the order of their primary keys. */
  rows(tableLogicalName: string): Iterable<StoredRow>
  row(tableLogicalName: string, id: string): StoredRow | undefined
  /**
   * Adds a table or replaces it by its logical name: the schema, key indexes, the journal and (by option) the
   * validity of delta tokens follow. Call it once per changed table while serving a request.
   */
  defineTable(definition: TableDefinition): void
  /** Takes a table away with its rows, and the many-to-many relationships that it is an end of. */
  removeTable(logicalName: string): void
}
