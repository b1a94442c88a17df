import { entityImage, lookup, memo, text } from '../column-builders.js'
import type { TableDefinition } from '../table-definition.js'

/** `territory` (sales territory). */
export const territory: TableDefinition = {
  logicalName: 'territory',
  schemaName: 'Territory',
  displayName: 'Territory',
  displayCollectionName: 'Territories',
  entitySetName: 'territories',
  objectTypeCode: 2013,
  primaryNameColumn: 'name',
  ownership: 'OrganizationOwned',
  stateless: true,
  changeTrackingEnabled: true,
  columns: [
    entityImage(),
    text('Name', 200, { displayName: 'Territory Name', required: true }),
    memo('Description', 2000, { displayName: 'Description' }),
    lookup('ManagerId', 'systemuser', 'system_user_territories', {
      displayName: 'Manager',
      onDelete: 'no-cascade',
    }),
    lookup('ParentTerritoryId', 'territory', 'territory_parent_territory', {
      displayName: 'Parent Territory',
    }),
  ],
}
