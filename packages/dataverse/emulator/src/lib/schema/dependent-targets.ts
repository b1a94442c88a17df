import type { Table } from './table.js'
import type { LookupTarget, TableDefinition } from './table-definition.js'

/** The definition as it is, but for `activityparty`: its lookup `activityid` leads to every activity there is. */
export function withActivities(definition: TableDefinition, tables: Iterable<Table>): TableDefinition {
  if (definition.holdsParties !== true) return definition
  const targets = [...tables].filter((table) => table.isActivity).map(activityTarget)
  return {
    ...definition,
    columns: definition.columns.map((column) =>
      column.logicalName === 'activityid' ? { ...column, targets } : column,
    ),
  }
}

// The names of custom activities were seen in code that runs against the service; those of stock ones are in its CSDL.
function activityTarget({ logicalName, schemaName, isCustom }: Table): LookupTarget {
  return {
    table: logicalName,
    navigationProperty: isCustom ? `activityid_${logicalName}_activityparty` : `activityid_${logicalName}`,
    collectionNavigationProperty: `${isCustom ? schemaName : logicalName}_activity_parties`,
    onDelete: 'cascade',
  }
}

/** The definition as it is, but for `fileattachment`: its lookup `objectid` leads to every table that has files. */
export function withFileTables(definition: TableDefinition, tables: Iterable<Table>): TableDefinition {
  if (definition.logicalName !== 'fileattachment') return definition
  const targets = [...tables]
    .filter((table) => table.fileColumns.some(({ type }) => type === 'file'))
    .map(({ logicalName }) => ({
      table: logicalName,
      navigationProperty: `objectid_${logicalName}`,
      collectionNavigationProperty: `${logicalName}_FileAttachments`,
      // The files go with the row itself.
      onDelete: 'no-cascade' as const,
    }))
  return {
    ...definition,
    columns: definition.columns.map((column) =>
      column.logicalName === 'objectid' ? { ...column, targets } : column,
    ),
  }
}
