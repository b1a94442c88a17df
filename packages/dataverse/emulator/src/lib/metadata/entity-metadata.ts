import type { Schema } from '../schema/schema.js'
import type { Table } from '../schema/table.js'
import { createLabel } from './label.js'
import { managed } from './managed-property.js'

/** The metadata of a table, without its attributes, keys and relationships. */
export function toEntityMetadata(table: Table, schema: Schema): Record<string, unknown> {
  const isManaged = !table.isCustom
  const stateful = table.column('statecode') !== undefined
  return {
    MetadataId: table.metadataId,
    HasChanged: null,
    ActivityTypeMask: table.isActivity ? 1 : 0,
    Description: createLabel(undefined, table.metadataId, isManaged),
    DisplayCollectionName: createLabel(
      table.displayCollectionName,
      `collection:${table.metadataId}`,
      isManaged,
    ),
    DisplayName: createLabel(table.displayName, table.metadataId, isManaged),
    DataProviderId: null,
    DataSourceId: null,
    IsActivity: table.isActivity,
    IsActivityParty: isParty(table, schema),
    IsAuditEnabled: managed(false, 'canmodifyauditsettings'),
    IsAvailableOffline: true,
    IsChildEntity: false,
    IsCustomEntity: table.isCustom,
    IsCustomizable: managed(true, 'iscustomizable'),
    CanCreateAttributes: managed(true, 'cancreateattributes'),
    IsDuplicateDetectionEnabled: managed(false, 'canmodifyduplicatedetectionsettings'),
    IsOptimisticConcurrencyEnabled: table.optimisticConcurrencyEnabled,
    ChangeTrackingEnabled: table.changeTrackingEnabled,
    CanChangeTrackingBeEnabled: managed(table.canChangeTrackingBeEnabled, 'canchangetrackingbeenabled'),
    IsImportable: true,
    IsIntersect: table.intersect !== undefined,
    IsManaged: isManaged,
    IsValidForAdvancedFind: true,
    DaysSinceRecordLastModified: 0,
    LogicalName: table.logicalName,
    ObjectTypeCode: table.objectTypeCode,
    OwnershipType: table.ownership,
    PrimaryNameAttribute: table.primaryNameColumn ?? null,
    PrimaryImageAttribute: table.fileColumns.find((column) => column.isPrimaryImage)?.logicalName ?? null,
    PrimaryIdAttribute: table.primaryIdColumn,
    SchemaName: table.schemaName,
    IntroducedVersion: null,
    IsStateModelAware: stateful,
    EnforceStateTransitions: false,
    ExternalName: null,
    LogicalCollectionName: table.entitySetName,
    ExternalCollectionName: null,
    CollectionSchemaName: table.entitySetName,
    EntitySetName: table.entitySetName,
    IsPrivate: false,
    IsLogicalEntity: false,
    HasNotes: true,
    HasActivities: !table.isActivity,
    // `Standard` is not confirmed by any document; only `Elastic` is.
    TableType: table.isElastic ? 'Elastic' : 'Standard',
    CreatedOn: '1900-01-01T00:00:00Z',
    ModifiedOn: '1900-01-01T00:00:00Z',
  }
}

/** Whether rows of the table can take part in activities. */
function isParty({ logicalName }: Table, schema: Schema): boolean {
  const parties = schema.tables().find((table) => table.holdsParties)
  return parties?.column('partyid')?.targets.some((target) => target.table === logicalName) === true
}
