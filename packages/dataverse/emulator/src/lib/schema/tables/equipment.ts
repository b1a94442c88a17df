import { guid, integer, lookup, memo, text, yesNo } from '../column-builders.js'
import type { TableDefinition } from '../table-definition.js'

/** `equipment` (facility/equipment); the entity set is `equipments`. */
export const equipment: TableDefinition = {
  logicalName: 'equipment',
  schemaName: 'Equipment',
  displayName: 'Facility/Equipment',
  displayCollectionName: 'Facilities/Equipment',
  entitySetName: 'equipments',
  objectTypeCode: 4000,
  primaryNameColumn: 'name',
  ownership: 'OrganizationOwned',
  stateless: true,
  changeTrackingEnabled: true,
  columns: [
    text('Name', 160, { displayName: 'Name', required: true }),
    memo('Description', 2000, { displayName: 'Description' }),
    text('EMailAddress', 100, { displayName: 'Primary Email' }),
    text('Skills', 100, { displayName: 'Skills' }),
    yesNo('IsDisabled', false, { displayName: 'Is Disabled' }),
    yesNo('DisplayInServiceViews', true, { displayName: 'Display in Service Views' }),
    integer('TimeZoneCode', -1500, 1500, { displayName: 'Time Zone' }),
    guid('CalendarId', { displayName: 'Calendar' }),
    lookup('BusinessUnitId', 'businessunit', 'business_unit_equipment', {
      displayName: 'Business Unit Id',
      onDelete: 'restrict',
    }),
    lookup('TransactionCurrencyId', 'transactioncurrency', 'TransactionCurrency_Equipment', {
      displayName: 'Currency',
      onDelete: 'restrict',
    }),
  ],
}
