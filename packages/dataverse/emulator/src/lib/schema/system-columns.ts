import { ownershipColumns, userTarget } from './ownership-columns.js'
import type { ColumnDefinition, TableDefinition } from './table-definition.js'

const readOnly = { validForCreate: false, validForUpdate: false } as const

const versionNumber: ColumnDefinition = {
  logicalName: 'versionnumber',
  schemaName: 'VersionNumber',
  displayName: 'Version Number',
  type: 'bigint',
  ...readOnly,
}

/** The columns that the service adds to every table of the definition's kind. */
export function systemColumns(definition: TableDefinition, entitySetName: string): ColumnDefinition[] {
  if (definition.intersect !== undefined || definition.holdsParties || definition.holdsFiles)
    return [versionNumber]
  return [
    ...auditColumns(definition),
    ...elasticColumns(definition),
    ...stateColumns(definition),
    ...ownershipColumns(definition, entitySetName),
    ...importColumns(definition),
    ...currencyColumns(definition),
  ]
}

/** The base-currency companion of each money column that the definition has not got itself. */
export function baseCurrencyColumns(columns: readonly ColumnDefinition[]): [ColumnDefinition, string][] {
  return columns
    .filter((column) => column.type === 'money' && !column.logicalName.endsWith('_base'))
    .map((column) => [
      {
        logicalName: `${column.logicalName}_base`,
        schemaName: `${column.schemaName ?? column.logicalName}_Base`,
        displayName: `${column.displayName ?? column.logicalName} (Base)`,
        type: 'money',
        precision: 4,
        ...readOnly,
      },
      column.logicalName,
    ])
}

function auditColumns(definition: TableDefinition): ColumnDefinition[] {
  const by = (logicalName: string, schemaName: string, displayName: string): ColumnDefinition => ({
    logicalName,
    schemaName,
    displayName,
    type: 'lookup',
    targets: [userTarget(logicalName, auditRelationship(definition, logicalName))],
    ...readOnly,
  })
  return [
    {
      logicalName: 'createdon',
      schemaName: 'CreatedOn',
      displayName: 'Created On',
      type: 'datetime',
      ...readOnly,
    },
    by('createdby', 'CreatedBy', 'Created By'),
    by('createdonbehalfby', 'CreatedOnBehalfBy', 'Created By (Delegate)'),
    {
      logicalName: 'modifiedon',
      schemaName: 'ModifiedOn',
      displayName: 'Modified On',
      type: 'datetime',
      ...readOnly,
    },
    by('modifiedby', 'ModifiedBy', 'Modified By'),
    by('modifiedonbehalfby', 'ModifiedOnBehalfBy', 'Modified By (Delegate)'),
    versionNumber,
  ]
}

function elasticColumns({ isElastic }: TableDefinition): ColumnDefinition[] {
  if (isElastic !== true) return []
  return [
    {
      logicalName: 'partitionid',
      schemaName: 'PartitionId',
      displayName: 'Partition Id',
      type: 'string',
      maxLength: 100,
      validForUpdate: false,
    },
    { logicalName: 'ttlinseconds', schemaName: 'TTLInSeconds', displayName: 'Time to live', type: 'integer' },
  ]
}

function auditRelationship(definition: TableDefinition, column: string): string {
  const bare = definition.isCustom || definition.isActivity || column.endsWith('onbehalfby')
  const infix = bare ? definition.logicalName : `${definition.logicalName}base`
  return `lk_${infix}_${column}`
}

function stateColumns(definition: TableDefinition): ColumnDefinition[] {
  if (definition.stateless || definition.ownership === 'None' || hasColumn(definition, 'statecode')) return []
  const state: ColumnDefinition = {
    logicalName: 'statecode',
    schemaName: definition.isCustom ? 'statecode' : 'StateCode',
    displayName: 'Status',
    type: 'state',
    required: true,
    validForCreate: false,
    options: [
      { value: 0, label: 'Active', defaultStatus: 1 },
      { value: 1, label: 'Inactive', defaultStatus: 2 },
    ],
  }
  const status: ColumnDefinition = {
    logicalName: 'statuscode',
    schemaName: definition.isCustom ? 'statuscode' : 'StatusCode',
    displayName: 'Status Reason',
    type: 'status',
    options: [
      { value: 1, label: 'Active', state: 0 },
      { value: 2, label: 'Inactive', state: 1 },
    ],
  }
  return hasColumn(definition, 'statuscode') ? [state] : [state, status]
}

function hasColumn(definition: TableDefinition, logicalName: string): boolean {
  return definition.columns.some((column) => column.logicalName === logicalName)
}

function importColumns(definition: TableDefinition): ColumnDefinition[] {
  const integer = (logicalName: string, schemaName: string, displayName: string): ColumnDefinition => ({
    logicalName,
    schemaName,
    displayName,
    type: 'integer',
  })
  const imported: ColumnDefinition[] = [
    {
      ...integer('importsequencenumber', 'ImportSequenceNumber', 'Import Sequence Number'),
      validForUpdate: false,
    },
    {
      logicalName: 'overriddencreatedon',
      schemaName: 'OverriddenCreatedOn',
      displayName: 'Record Created On',
      type: 'datetime',
      validForUpdate: false,
    },
  ]
  return [
    ...(definition.ownership === 'None' ? [] : imported),
    {
      ...integer('timezoneruleversionnumber', 'TimeZoneRuleVersionNumber', 'Time Zone Rule Version Number'),
      minValue: -1,
    },
    {
      ...integer('utcconversiontimezonecode', 'UTCConversionTimeZoneCode', 'UTC Conversion Time Zone Code'),
      minValue: -1,
    },
  ]
}

function currencyColumns(definition: TableDefinition): ColumnDefinition[] {
  if (!definition.columns.some((column) => column.type === 'money')) return []
  const relationship = definition.isCustom
    ? `TransactionCurrency_${definition.logicalName}`
    : `transactioncurrency_${definition.logicalName}`
  return [
    {
      logicalName: 'transactioncurrencyid',
      schemaName: 'TransactionCurrencyId',
      displayName: 'Currency',
      type: 'lookup',
      targets: [
        {
          table: 'transactioncurrency',
          navigationProperty: 'transactioncurrencyid',
          collectionNavigationProperty: relationship,
          onDelete: 'restrict',
        },
      ],
    },
    {
      logicalName: 'exchangerate',
      schemaName: 'ExchangeRate',
      displayName: 'Exchange Rate',
      type: 'decimal',
      precision: 12,
      minValue: 1e-12,
      ...readOnly,
    },
  ]
}
