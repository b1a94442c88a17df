import type { TableDefinition } from '../../src/index.js'

/** A table with a column of each kind, keys, and a lookup to itself. */
export const things: TableDefinition = {
  logicalName: 'new_thing',
  schemaName: 'new_Thing',
  displayName: 'Thing',
  isCustom: true,
  changeTrackingEnabled: true,
  primaryNameColumn: 'new_name',
  columns: [
    { logicalName: 'new_name', schemaName: 'new_Name', displayName: 'Name', type: 'string', maxLength: 50 },
    { logicalName: 'new_code', schemaName: 'new_Code', displayName: 'Code', type: 'string', maxLength: 20 },
    {
      logicalName: 'new_site',
      schemaName: 'new_Site',
      displayName: 'Site',
      type: 'integer',
      minValue: 0,
      maxValue: 999,
    },
    { logicalName: 'new_serial', schemaName: 'new_Serial', displayName: 'Serial', type: 'string' },
    { logicalName: 'new_notes', schemaName: 'new_Notes', displayName: 'Notes', type: 'memo' },
    { logicalName: 'new_big', schemaName: 'new_Big', displayName: 'Big', type: 'bigint' },
    {
      logicalName: 'new_amount',
      schemaName: 'new_Amount',
      displayName: 'Amount',
      type: 'decimal',
      precision: 2,
    },
    { logicalName: 'new_flag', schemaName: 'new_Flag', displayName: 'Flag', type: 'boolean' },
    {
      logicalName: 'new_day',
      schemaName: 'new_Day',
      displayName: 'Day',
      type: 'datetime',
      dateTimeBehavior: 'DateOnly',
    },
    { logicalName: 'new_at', schemaName: 'new_At', displayName: 'At', type: 'datetime' },
    {
      logicalName: 'new_color',
      schemaName: 'new_Color',
      displayName: 'Color',
      type: 'picklist',
      options: [
        { value: 1, label: 'Red' },
        { value: 2, label: 'Green' },
      ],
    },
    {
      logicalName: 'new_tags',
      schemaName: 'new_Tags',
      displayName: 'Tags',
      type: 'multiselectpicklist',
      options: [
        { value: 1, label: 'One' },
        { value: 9, label: 'Nine' },
      ],
    },
    { logicalName: 'new_must', schemaName: 'new_Must', displayName: 'Must', type: 'string', required: true },
    {
      logicalName: 'new_parent',
      schemaName: 'new_Parent',
      displayName: 'Parent',
      type: 'lookup',
      targets: [
        {
          table: 'new_thing',
          navigationProperty: 'new_Parent',
          collectionNavigationProperty: 'new_thing_children',
        },
      ],
    },
  ],
  keys: [
    { logicalName: 'new_codekey', displayName: 'Code key', columns: ['new_code'] },
    { logicalName: 'new_sitekey', displayName: 'Site key', columns: ['new_site', 'new_serial'] },
    { logicalName: 'new_parentkey', displayName: 'Parent key', columns: ['new_parent', 'new_site'] },
    {
      logicalName: 'new_pendingkey',
      displayName: 'Pending key',
      columns: ['new_notes'],
      indexStatus: 'Pending',
    },
  ],
}
