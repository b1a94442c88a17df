import type { ColumnValue } from './table-definition.js'

/** A row that an environment has from the start, without what the store adds to every row. */
export interface BuiltInRow {
  /** Logical name of the table. */
  readonly table: string
  readonly id: string
  readonly columns: Readonly<Record<string, ColumnValue>>
}

/** The ids of the built-in rows; the same in every emulator. */
export interface BuiltInIds {
  readonly organization: string
  readonly businessUnit: string
  /** The user that requests act for. */
  readonly caller: string
  /** The user `SYSTEM`. */
  readonly system: string
  readonly team: string
  readonly currency: string
}

export const builtInIds: BuiltInIds = {
  caller: '5f0f1d5e-0000-4000-8000-000000000001',
  businessUnit: '5f0f1d5e-0000-4000-8000-000000000002',
  organization: '5f0f1d5e-0000-4000-8000-000000000003',
  system: '5f0f1d5e-0000-4000-8000-000000000004',
  team: '5f0f1d5e-0000-4000-8000-000000000005',
  currency: '5f0f1d5e-0000-4000-8000-000000000006',
}

/**
 * The rows that every environment has: one organization, its root business unit, two users (the caller and SYSTEM), the
 * business unit's default team, and the US Dollar. In the order in which their references can be resolved.
 */
export function builtInRows(): readonly BuiltInRow[] {
  const ids = builtInIds
  const businessunitid = { id: ids.businessUnit, table: 'businessunit' }
  const user = (id: string, firstname: string, lastname: string, domainname: string): BuiltInRow => ({
    table: 'systemuser',
    id,
    columns: {
      firstname,
      lastname,
      fullname: `${firstname} ${lastname}`.trim(),
      domainname,
      internalemailaddress: domainname === '' ? null : domainname,
      businessunitid,
      organizationid: ids.organization,
      isdisabled: domainname === '',
      accessmode: domainname === '' ? 3 : 0,
    },
  })
  return [
    {
      table: 'transactioncurrency',
      id: ids.currency,
      columns: {
        currencyname: 'US Dollar',
        isocurrencycode: 'USD',
        currencysymbol: '$',
        currencyprecision: 2,
        exchangerate: 1,
      },
    },
    {
      table: 'organization',
      id: ids.organization,
      columns: {
        name: 'emulator',
        expirechangetrackingindays: 7,
        expiresubscriptionsindays: 90,
        languagecode: 1033,
        localeid: 1033,
        fullnameconventioncode: 0,
        basecurrencyid: { id: ids.currency, table: 'transactioncurrency' },
        basecurrencysymbol: '$',
      },
    },
    {
      table: 'businessunit',
      id: ids.businessUnit,
      columns: { name: 'emulator', organizationid: { id: ids.organization, table: 'organization' } },
    },
    user(ids.system, 'SYSTEM', '', ''),
    user(ids.caller, 'Emulator', 'User', 'user@emulator.example'),
    {
      table: 'team',
      id: ids.team,
      columns: {
        name: 'emulator',
        isdefault: true,
        teamtype: 0,
        membershiptype: 0,
        businessunitid,
        administratorid: { id: ids.caller, table: 'systemuser' },
        organizationid: ids.organization,
      },
    },
  ]
}
