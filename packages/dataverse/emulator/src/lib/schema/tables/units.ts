import { decimal, lookup, memo, text, yesNo } from '../column-builders.js'
import type { TableDefinition } from '../table-definition.js'

/** `uomschedule` (unit group). */
export const uomschedule: TableDefinition = {
  logicalName: 'uomschedule',
  schemaName: 'UoMSchedule',
  displayName: 'Unit Group',
  entitySetName: 'uomschedules',
  objectTypeCode: 1056,
  primaryNameColumn: 'name',
  ownership: 'OrganizationOwned',
  changeTrackingEnabled: true,
  columns: [
    text('Name', 200, { displayName: 'Name', required: true }),
    memo('Description', 2000, { displayName: 'Description' }),
    text('BaseUoMName', 100, { displayName: 'Base Unit Name' }),
  ],
}

/** `uom` (unit). */
export const uom: TableDefinition = {
  logicalName: 'uom',
  schemaName: 'UoM',
  displayName: 'Unit',
  entitySetName: 'uoms',
  objectTypeCode: 1055,
  primaryNameColumn: 'name',
  ownership: 'OrganizationOwned',
  stateless: true,
  changeTrackingEnabled: true,
  columns: [
    text('Name', 100, { displayName: 'Name', required: true }),
    decimal('Quantity', 10, { displayName: 'Quantity' }),
    yesNo('IsScheduleBaseUoM', false, { displayName: 'Is Schedule Base Unit' }),
    lookup('UoMScheduleId', 'uomschedule', 'unit_of_measurement_schedule_conversions', {
      displayName: 'Unit Schedule',
      onDelete: 'cascade',
    }),
    lookup('BaseUoM', 'uom', 'unit_of_measurement_base_unit', { displayName: 'Base Unit' }),
  ],
}
