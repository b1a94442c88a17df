import { type Emulator, standardTables, startEmulator } from '@deltaverse/emulator'

/** A customer as an ERP sends it: everything by the names that people use. */
export interface Customer {
  readonly number: string
  readonly name: string
  readonly contactEmail: string
  readonly regionCode: string
  readonly owner: string
  readonly status: 'Active' | 'Inactive'
}

const keys: Readonly<Record<string, readonly string[]>> = {
  account: ['accountnumber'],
  contact: ['emailaddress1'],
  systemuser: ['domainname'],
}

const region = {
  logicalName: 'new_region',
  columns: [{ logicalName: 'new_code', type: 'string' as const, maxLength: 20 }],
  keys: [{ logicalName: 'new_regionkey', columns: ['new_code'] }],
}

const regionOfAccount = {
  logicalName: 'new_regionid',
  schemaName: 'new_RegionId',
  type: 'lookup' as const,
  targets: [
    {
      table: 'new_region',
      navigationProperty: 'new_RegionId',
      collectionNavigationProperty: 'new_region_accounts',
    },
  ],
}

/** Customers that the environment of {@link startScene} knows already, under other names. */
export function createCustomers(count: number): Customer[] {
  return Array.from({ length: count }, (_, at) => ({
    number: `C-${at}`,
    name: `Customer ${at}`,
    contactEmail: `contact${at}@example.com`,
    regionCode: at % 2 === 0 ? 'NORTH' : 'SOUTH',
    owner: 'user@emulator.example',
    status: at % 10 === 0 ? 'Inactive' : 'Active',
  }))
}

/** An emulator with keys on accounts, contacts, regions and users, and the rows that customers refer to. */
export async function startScene(customers: readonly Customer[]): Promise<Emulator> {
  const keyed = standardTables.flatMap((table) => {
    const columns = keys[table.logicalName]
    if (columns === undefined) return []
    const own = table.logicalName === 'account' ? [...table.columns, regionOfAccount] : table.columns
    return [{ ...table, columns: own, keys: [{ logicalName: `new_${table.logicalName}key`, columns }] }]
  })
  return startEmulator({
    tables: [region, ...keyed],
    rows: {
      new_regions: [{ new_code: 'NORTH' }, { new_code: 'SOUTH' }],
      contacts: customers.map(({ contactEmail }) => ({ lastname: 'Contact', emailaddress1: contactEmail })),
      accounts: customers.map(({ number }) => ({ name: 'As it was', accountnumber: number })),
    },
  })
}
