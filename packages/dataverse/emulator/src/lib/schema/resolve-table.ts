import { deterministicId } from './deterministic-id.js'
import { fileCompanions } from './file-companions.js'
import { resolveColumn } from './resolve-column.js'
import { intersectColumns, resolveIntersect } from './resolve-intersect.js'
import { baseCurrencyColumns, systemColumns } from './system-columns.js'
import type { Column, Intersect, Table, TableKey } from './table.js'
import type { ColumnDefinition, KeyDefinition, TableDefinition } from './table-definition.js'

/** A table before it is placed in a schema: everything but its navigation properties. */
export type ResolvedTable = Omit<Table, 'column' | 'readProperty' | 'navigation' | 'navigations'>

/**
 * Fills in the defaults of a table and adds the system columns of its kind.
 *
 * @throws TypeError when a name is missing or a column, key or primary name contradicts the definition.
 */
export function resolveTable(definition: TableDefinition): ResolvedTable {
  const { logicalName } = definition
  if (!/^[a-z][a-z0-9_]*$/.test(logicalName)) {
    throw new TypeError(`A table's logicalName is lower-case letters, digits and _: got '${logicalName}'`)
  }
  const entitySetName = definition.entitySetName ?? `${logicalName}s`
  const primaryIdColumn =
    definition.primaryIdColumn ?? (definition.isActivity ? 'activityid' : `${logicalName}id`)
  const primaryNameColumn = definition.primaryNameColumn ?? guessPrimaryName(definition)
  const displayName = definition.displayName ?? definition.schemaName ?? logicalName
  const intersect = resolveIntersect(definition)
  const columns = resolveColumns(definition, entitySetName, primaryIdColumn, primaryNameColumn, intersect)
  return {
    logicalName,
    schemaName: definition.schemaName ?? logicalName,
    entitySetName,
    displayName,
    displayCollectionName: definition.displayCollectionName ?? `${displayName}s`,
    primaryIdColumn,
    primaryKey: primaryKeyOf(columns, logicalName),
    primaryNameColumn,
    ownership: intersect === undefined ? (definition.ownership ?? 'UserOwned') : 'None',
    isActivity: definition.isActivity ?? false,
    holdsParties: definition.holdsParties ?? false,
    holdsFiles: definition.holdsFiles ?? false,
    isCustom: definition.isCustom ?? false,
    isElastic: definition.isElastic ?? false,
    changeTrackingEnabled: definition.changeTrackingEnabled ?? intersect !== undefined,
    canChangeTrackingBeEnabled: definition.canChangeTrackingBeEnabled ?? true,
    optimisticConcurrencyEnabled: definition.optimisticConcurrencyEnabled ?? intersect === undefined,
    metadataId: deterministicId(`table:${logicalName}`),
    objectTypeCode: definition.objectTypeCode ?? derivedTypeCode(logicalName),
    columns,
    properties: columns.filter((column) => column.isProperty),
    // Microsoft Learn, "Use image column data": images are sent only when asked for by name.
    usualProperties: columns.filter((column) => column.isProperty && column.type !== 'image'),
    autoNumberColumns: columns.filter((column) => column.autoNumberFormat !== undefined),
    fileColumns: columns.filter(({ type }) => type === 'file' || type === 'image'),
    intersect,
    keys: [...elasticKeys(definition, primaryIdColumn), ...(definition.keys ?? [])].map((key) =>
      resolveKey(key, logicalName, columns),
    ),
    definition,
  }
}

function primaryKeyOf(columns: readonly Column[], table: string): Column {
  const found = columns.find(({ isPrimaryId }) => isPrimaryId)
  if (found === undefined) throw new TypeError(`Table '${table}' has no column for its primary key`)
  return found
}

/** Microsoft Learn, "Use elastic tables with code": the one key that they have. */
function elasticKeys({ isElastic }: TableDefinition, primaryIdColumn: string): KeyDefinition[] {
  if (isElastic !== true) return []
  return [
    {
      logicalName: 'keyfornosqlentitywithpkpartitionid',
      schemaName: 'KeyForNoSqlEntityWithPKPartitionId',
      columns: [primaryIdColumn, 'partitionid'],
    },
  ]
}

function guessPrimaryName(definition: TableDefinition): string | undefined {
  const names = definition.columns.map((column) => column.logicalName)
  return ['name', 'subject', 'fullname', 'title'].find((candidate) => names.includes(candidate))
}

function derivedTypeCode(logicalName: string): number {
  return 10_000 + (Number.parseInt(deterministicId(`code:${logicalName}`).slice(0, 6), 16) % 50_000)
}

function resolveColumns(
  definition: TableDefinition,
  entitySetName: string,
  primaryIdColumn: string,
  primaryNameColumn: string | undefined,
  intersect: Intersect | undefined,
): Column[] {
  const resolved = new Map<string, Column>()
  const add = (column: ColumnDefinition, isSystem: boolean, baseOf?: string): void => {
    if (resolved.has(column.logicalName)) {
      if (isSystem) return
      throw new TypeError(`Table '${definition.logicalName}' names column '${column.logicalName}' twice`)
    }
    resolved.set(
      column.logicalName,
      resolveColumn(column, {
        table: definition.logicalName,
        primaryIdColumn,
        primaryNameColumn,
        columnNumber: resolved.size + 1,
        isSystem,
        ...(baseOf === undefined ? {} : { baseOf }),
      }),
    )
  }
  if (!definition.columns.some((column) => column.logicalName === primaryIdColumn)) {
    add(primaryIdDefinition(definition, primaryIdColumn), true)
  }
  for (const column of definition.columns) add(column, false)
  if (intersect !== undefined) for (const column of intersectColumns(intersect)) add(column, false)
  for (const column of fileCompanions(definition.columns)) add(column, true)
  for (const [column, baseOf] of baseCurrencyColumns(definition.columns)) add(column, true, baseOf)
  for (const column of systemColumns(definition, entitySetName)) add(column, true)
  if (primaryNameColumn !== undefined && !resolved.has(primaryNameColumn)) {
    throw new TypeError(
      `Table '${definition.logicalName}' has no column '${primaryNameColumn}' to be its name`,
    )
  }
  return [...resolved.values()]
}

function primaryIdDefinition(definition: TableDefinition, primaryIdColumn: string): ColumnDefinition {
  return {
    logicalName: primaryIdColumn,
    schemaName: definition.isActivity ? 'ActivityId' : `${definition.schemaName ?? definition.logicalName}Id`,
    displayName: definition.displayName ?? definition.logicalName,
    type: 'uniqueidentifier',
    required: true,
    validForUpdate: false,
  }
}

function resolveKey(key: KeyDefinition, table: string, columns: readonly Column[]): TableKey {
  if (key.columns.length === 0) throw new TypeError(`Key '${key.logicalName}' of '${table}' names no column`)
  for (const name of key.columns) {
    if (!columns.some((column) => column.logicalName === name)) {
      throw new TypeError(`Key '${key.logicalName}' of '${table}' names an unknown column '${name}'`)
    }
  }
  return {
    logicalName: key.logicalName,
    schemaName: key.schemaName ?? key.logicalName,
    displayName: key.displayName ?? key.schemaName ?? key.logicalName,
    columns: [...key.columns],
    indexStatus: key.indexStatus ?? 'Active',
    metadataId: deterministicId(`key:${table}:${key.logicalName}`),
  }
}
