import type { Table, TableKey } from '../schema/table.js'
import { createLabel } from './label.js'
import { managed } from './managed-property.js'

/** The metadata of an alternate key. */
export function toKeyMetadata(key: TableKey, table: Table): Record<string, unknown> {
  return {
    MetadataId: key.metadataId,
    HasChanged: null,
    LogicalName: key.logicalName,
    SchemaName: key.schemaName,
    EntityLogicalName: table.logicalName,
    KeyAttributes: [...key.columns],
    IsManaged: false,
    IntroducedVersion: '1.0',
    EntityKeyIndexStatus: key.indexStatus,
    AsyncJob: null,
    IsSynchronous: false,
    DisplayName: createLabel(key.displayName, key.metadataId, false),
    IsCustomizable: managed(true, 'iscustomizable'),
  }
}
