import type { ColumnDefinition, LookupTarget, TableDefinition } from './table-definition.js'

const readOnly = { validForCreate: false, validForUpdate: false } as const

/** The columns that the service adds to every table of the definition's kind. */
export function systemColumns(definition: TableDefinition, entitySetName: string): ColumnDefinition[] {
  return [
    ...auditColumns(definition),
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
    {
      logicalName: 'versionnumber',
      schemaName: 'VersionNumber',
      displayName: 'Version Number',
      type: 'bigint',
      ...readOnly,
    },
  ]
}

function auditRelationship(definition: TableDefinition, column: string): string {
  const bare = definition.isCustom || definition.isActivity || column.endsWith('onbehalfby')
  const infix = bare ? definition.logicalName : `${definition.logicalName}base`
  return `lk_${infix}_${column}`
}

function userTarget(navigationProperty: string, collectionNavigationProperty: string): LookupTarget {
  return { table: 'systemuser', navigationProperty, collectionNavigationProperty, onDelete: 'no-cascade' }
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

function ownershipColumns(definition: TableDefinition, entitySetName: string): ColumnDefinition[] {
  const ownership = definition.ownership ?? 'UserOwned'
  const suffix = definition.isCustom ? definition.logicalName : entitySetName
  if (ownership === 'UserOwned') {
    return userOwnedColumns(
      definition.isActivity
        ? activityRelationships(definition.logicalName, entitySetName)
        : {
            owner: `owner_${suffix}`,
            businessUnit: `business_unit_${suffix}`,
            user: `user_${suffix}`,
            team: `team_${suffix}`,
          },
    )
  }
  if (ownership === 'OrganizationOwned' && definition.logicalName !== 'organization') {
    return [organizationColumn(suffix)]
  }
  return []
}

/** The collection navigation properties of users, teams and business units that lead to what they own. */
interface OwnerRelationships {
  readonly owner: string
  readonly businessUnit: string
  readonly user: string
  readonly team: string
}

function activityRelationships(logicalName: string, entitySetName: string): OwnerRelationships {
  return {
    owner: `owner_${entitySetName}`,
    businessUnit: `business_unit_${logicalName}_activities`,
    user: `user_${logicalName}`,
    team: `team_${logicalName}`,
  }
}

function userOwnedColumns(relationships: OwnerRelationships): ColumnDefinition[] {
  return [
    {
      logicalName: 'ownerid',
      schemaName: 'OwnerId',
      displayName: 'Owner',
      type: 'owner',
      required: true,
      targets: ['systemuser', 'team'].map((table) => ({
        table,
        navigationProperty: 'ownerid',
        collectionNavigationProperty: relationships.owner,
        onDelete: 'no-cascade',
      })),
    },
    ownerPart('owningbusinessunit', 'OwningBusinessUnit', 'Owning Business Unit', {
      table: 'businessunit',
      navigationProperty: 'owningbusinessunit',
      collectionNavigationProperty: relationships.businessUnit,
      onDelete: 'no-cascade',
    }),
    ownerPart('owninguser', 'OwningUser', 'Owning User', userTarget('owninguser', relationships.user)),
    ownerPart('owningteam', 'OwningTeam', 'Owning Team', {
      table: 'team',
      navigationProperty: 'owningteam',
      collectionNavigationProperty: relationships.team,
      onDelete: 'no-cascade',
    }),
  ]
}

function ownerPart(
  logicalName: string,
  schemaName: string,
  displayName: string,
  target: LookupTarget,
): ColumnDefinition {
  return { logicalName, schemaName, displayName, type: 'lookup', targets: [target], ...readOnly }
}

function organizationColumn(suffix: string): ColumnDefinition {
  return {
    logicalName: 'organizationid',
    schemaName: 'OrganizationId',
    displayName: 'Organization Id',
    type: 'lookup',
    targets: [
      {
        table: 'organization',
        navigationProperty: 'organizationid',
        collectionNavigationProperty: `organization_${suffix}`,
        onDelete: 'no-cascade',
      },
    ],
    ...readOnly,
  }
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
