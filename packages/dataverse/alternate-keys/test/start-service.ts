import { createClient, type DataverseClient } from '@deltaverse/client'
import { type Emulator, type EmulatorOptions, standardTables, startEmulator } from '@deltaverse/emulator'

/** An emulator whose standard tables have the alternate keys that an integration gives them. */
export interface Service {
  readonly emulator: Emulator
  readonly client: DataverseClient
  /** Requests since the last call. */
  requestsSince(): string[]
  close(): Promise<void>
}

const keys: Readonly<Record<string, readonly string[]>> = {
  account: ['accountnumber'],
  contact: ['emailaddress1'],
  systemuser: ['domainname'],
}

export async function startService(options: EmulatorOptions = {}): Promise<Service> {
  const keyed = standardTables.flatMap((table) => {
    const columns = keys[table.logicalName]
    if (columns === undefined) return []
    return [{ ...table, keys: [{ logicalName: `new_${table.logicalName}key`, columns }] }]
  })
  const region = {
    logicalName: 'new_region',
    schemaName: 'new_Region',
    primaryNameColumn: 'new_name',
    ownership: 'OrganizationOwned' as const,
    columns: [
      { logicalName: 'new_name', schemaName: 'new_Name', type: 'string' as const, maxLength: 100 },
      { logicalName: 'new_code', schemaName: 'new_Code', type: 'string' as const, maxLength: 20 },
    ],
    keys: [{ logicalName: 'new_regioncode', columns: ['new_code'] }],
  }
  const account = keyed.find(({ logicalName }) => logicalName === 'account')!
  const regional = {
    ...account,
    columns: [
      ...account.columns,
      {
        logicalName: 'new_regionid',
        schemaName: 'new_RegionId',
        type: 'lookup' as const,
        targets: [
          {
            table: 'new_region',
            navigationProperty: 'new_RegionId',
            collectionNavigationProperty: 'new_region_account',
          },
        ],
      },
    ],
  }
  const emulator = await startEmulator({
    ...options,
    tables: [region, ...keyed.filter((table) => table !== account), regional, ...(options.tables ?? [])],
  })
  const client = createClient({ url: emulator.url, random: () => 0 })
  let seen = 0
  return {
    emulator,
    client,
    requestsSince() {
      const fresh = emulator.requests.slice(seen)
      seen = emulator.requests.length
      return fresh.map(({ method, url }) => `${method} ${url}`)
    },
    async close() {
      await client.close()
      await emulator.close()
    },
  }
}
