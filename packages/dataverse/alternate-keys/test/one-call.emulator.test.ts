import { createKeyResolver, createRowTranslator, ref } from '@deltaverse/alternate-keys'
import type { DataverseClient } from '@deltaverse/client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Service, startService } from './start-service.js'

/** A row as the other system sends it: everything by the names that people use. */
interface ExternalAccount {
  readonly number: string
  readonly name: string
  readonly contactEmail: string
  readonly regionCode: string
  readonly owner: string
  readonly status: string
}

const row: ExternalAccount = {
  number: 'A-1',
  name: 'Alfa & Sons',
  contactEmail: 'ada@example.com',
  regionCode: 'NORTH',
  owner: 'user@emulator.example',
  status: 'Inactive',
}

let service: Service
let accountId: string
let expected: Record<string, unknown>

beforeEach(async () => {
  service = await startService()
  const { emulator } = service
  const contact = emulator.table('contacts').create({ lastname: 'Lovelace', emailaddress1: row.contactEmail })
  const region = emulator.table('new_regions').create({ new_name: 'North', new_code: row.regionCode })
  const user = emulator
    .table('systemusers')
    .rows()
    .find(({ domainname }) => domainname === row.owner)
  const team = emulator.table('teams').rows()[0]?.teamid
  accountId = emulator
    .table('accounts')
    .create({ name: 'Alfa', accountnumber: row.number, 'ownerid@odata.bind': `teams(${String(team)})` })
  expected = {
    name: row.name,
    _primarycontactid_value: contact,
    _new_regionid_value: region,
    _ownerid_value: user?.systemuserid,
    statecode: 1,
    statuscode: 2,
  }
  service.requestsSince()
})

afterEach(() => service.close())

/** One row found by the value of a column. */
async function findId(client: DataverseClient, set: string, id: string, filter: string): Promise<string> {
  const response = await client.request({ method: 'GET', path: `${set}?$select=${id}&$filter=${filter}` })
  const { value } = (await response.json()) as { value: Record<string, string>[] }
  return value[0]![id]!
}

async function patch(client: DataverseClient, path: string, body: object): Promise<void> {
  const headers = { 'if-match': '*' }
  await (await client.request({ method: 'PATCH', path, headers, body })).discard()
}

/** The way it used to be done: look everything up, update, set the state, assign. */
async function sevenCalls(client: DataverseClient): Promise<void> {
  const account = await findId(client, 'accounts', 'accountid', `accountnumber eq '${row.number}'`)
  const contact = await findId(client, 'contacts', 'contactid', `emailaddress1 eq '${row.contactEmail}'`)
  const region = await findId(client, 'new_regions', 'new_regionid', `new_code eq '${row.regionCode}'`)
  const owner = await findId(client, 'systemusers', 'systemuserid', `domainname eq '${row.owner}'`)
  await patch(client, `accounts(${account})`, {
    name: row.name,
    'primarycontactid@odata.bind': `contacts(${contact})`,
    'new_RegionId@odata.bind': `new_regions(${region})`,
  })
  await patch(client, `accounts(${account})`, { statecode: 1, statuscode: 2 })
  await patch(client, `accounts(${account})`, { 'ownerid@odata.bind': `systemusers(${owner})` })
}

/** Ours: every reference a bind by alternate key, status and owner columns like others. */
function createOneCall(client: DataverseClient): () => Promise<void> {
  const resolver = createKeyResolver(client)
  const accounts = createRowTranslator(client, { table: 'account', resolver })
  return async () => {
    const address = await resolver.address('account', { accountnumber: row.number })
    const translated = await accounts.toWireRow({
      name: row.name,
      primarycontactid: ref('contact', { emailaddress1: row.contactEmail }),
      new_regionid: ref('new_region', { new_code: row.regionCode }),
      ownerid: ref('systemuser', { domainname: row.owner }),
      status: row.status,
    })
    if (!('path' in address) || translated.status === 'failed') throw new Error('cannot be written')
    await patch(client, address.path, translated.row)
  }
}

describe('a row that names its account, contact, region, owner and status', () => {
  it('takes seven calls the old way', async () => {
    await sevenCalls(service.client)
    expect(service.requestsSince()).toHaveLength(7)
    expect(service.emulator.table('accounts').get(accountId)).toMatchObject(expected)
  })

  it('takes one call once the definitions are known, and six more the first time', async () => {
    const write = createOneCall(service.client)
    await write()
    const cold = service.requestsSince()
    // Four tables and the options of two columns, asked for once in a job and not once in a row.
    expect(cold.filter((request) => request.includes('/EntityDefinitions('))).toHaveLength(6)
    expect(cold).toHaveLength(7)
    expect(service.emulator.table('accounts').get(accountId)).toMatchObject(expected)

    await write()
    expect(service.requestsSince()).toEqual([`PATCH /api/data/v9.2/accounts(accountnumber='A-1')`])
  })
})
