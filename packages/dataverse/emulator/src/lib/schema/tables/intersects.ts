import type { TableDefinition } from '../table-definition.js'

/** The intersect tables between standard tables. The members of the default team are not kept in `teammembership`. */
export const intersects: readonly TableDefinition[] = [
  {
    logicalName: 'accountleads',
    schemaName: 'AccountLeads',
    entitySetName: 'accountleadscollection',
    primaryIdColumn: 'accountleadid',
    columns: [],
    intersect: {
      relationshipName: 'accountleads_association',
      ends: [{ table: 'account' }, { table: 'lead' }],
    },
  },
  {
    logicalName: 'contactleads',
    schemaName: 'ContactLeads',
    entitySetName: 'contactleadscollection',
    primaryIdColumn: 'contactleadid',
    columns: [],
    intersect: {
      relationshipName: 'contactleads_association',
      ends: [{ table: 'contact' }, { table: 'lead' }],
    },
  },
  {
    logicalName: 'leadproduct',
    schemaName: 'LeadProduct',
    columns: [],
    intersect: {
      relationshipName: 'leadproduct_association',
      ends: [{ table: 'lead' }, { table: 'product' }],
    },
  },
  {
    logicalName: 'teammembership',
    schemaName: 'TeamMembership',
    columns: [],
    intersect: {
      relationshipName: 'teammembership_association',
      ends: [{ table: 'team' }, { table: 'systemuser' }],
    },
  },
]
