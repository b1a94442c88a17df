import { choice, guid, lookup, memo, text, yesNo } from '../column-builders.js'
import type { TableDefinition } from '../table-definition.js'
import { readOnly } from './shared-columns.js'

/** `team`. Its `ownerid` repeats the primary key, because users and teams share the base type `principal`. */
export const team: TableDefinition = {
  logicalName: 'team',
  schemaName: 'Team',
  displayName: 'Team',
  entitySetName: 'teams',
  objectTypeCode: 9,
  primaryNameColumn: 'name',
  ownership: 'BusinessOwned',
  stateless: true,
  changeTrackingEnabled: true,

  columns: [
    guid('OwnerId', { displayName: 'Owner', repeatsPrimaryKey: true }),
    guid('OrganizationId', { displayName: 'Organization', ...readOnly }),
    lookup('BusinessUnitId', 'businessunit', 'business_unit_teams', {
      displayName: 'Business Unit',
      required: true,
      onDelete: 'restrict',
    }),
    text('Name', 160, { displayName: 'Team Name', required: true }),
    memo('Description', 2000, { displayName: 'Description' }),
    text('EMailAddress', 100, { displayName: 'Email' }),
    lookup('AdministratorId', 'systemuser', 'lk_teambase_administratorid', {
      displayName: 'Administrator',
      required: true,
      onDelete: 'no-cascade',
    }),
    yesNo('IsDefault', false, { displayName: 'Is Default', required: true, ...readOnly }),
    text('YomiName', 160, { displayName: 'Yomi Name' }),
    guid('AzureActiveDirectoryObjectId', { displayName: 'Object Id for a group', validForUpdate: false }),
    choice(
      'TeamType',
      { 0: 'Owner', 1: 'Access', 2: 'Security Group', 3: 'Office Group' },
      { displayName: 'Team Type', required: true, validForUpdate: false, defaultValue: 0 },
    ),
    yesNo('SystemManaged', false, { displayName: 'Is System Managed', required: true, ...readOnly }),
    text('ShareLinkQualifier', 1250, { displayName: 'Share Link Qualifier', ...readOnly }),
    text('SasToken', 50, { displayName: 'Sas Token', ...readOnly }),
    yesNo('IsSasTokenSet', false, { ...readOnly }),
    choice(
      'MembershipType',
      { 0: 'Members and guests', 1: 'Members', 2: 'Owners', 3: 'Guests' },
      { displayName: 'Membership Type', required: true, validForUpdate: false, defaultValue: 0 },
    ),
    lookup('TransactionCurrencyId', 'transactioncurrency', 'TransactionCurrency_Team', {
      displayName: 'Currency',
      onDelete: 'restrict',
    }),
  ],
  keys: [
    {
      logicalName: 'aadobjectid_membershiptype',
      schemaName: 'aadobjectid_membershiptype',
      columns: ['azureactivedirectoryobjectid', 'membershiptype'],
    },
  ],
}
