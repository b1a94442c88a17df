import type { ColumnDefinition, LookupTarget, TableDefinition } from './table-definition.js'

const readOnly = { validForCreate: false, validForUpdate: false } as const

/** A reference to a user that outlives the user. */
export function userTarget(navigationProperty: string, collectionNavigationProperty: string): LookupTarget {
  return { table: 'systemuser', navigationProperty, collectionNavigationProperty, onDelete: 'no-cascade' }
}

/** The columns that say who owns a row, by the kind of ownership. */
export function ownershipColumns(definition: TableDefinition, entitySetName: string): ColumnDefinition[] {
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
    // In definitions, and neither in rows nor in `$metadata`.
    {
      logicalName: 'owneridtype',
      schemaName: 'OwnerIdType',
      type: 'entityname',
      required: true,
      tableOf: 'ownerid',
      attributeOf: 'ownerid',
      isProperty: false,
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
