import type { DataverseClient } from '@deltaverse/client'
import type { Customer } from './scene.js'

/** The way it used to be done: look everything up, update, set the state, assign. Seven calls for a row. */
export async function writeInSevenCalls(client: DataverseClient, customer: Customer): Promise<void> {
  const { number, name, contactEmail, regionCode, owner, status } = customer
  const account = await findId(client, 'accounts', 'accountid', `accountnumber eq '${number}'`)
  const contact = await findId(client, 'contacts', 'contactid', `emailaddress1 eq '${contactEmail}'`)
  const region = await findId(client, 'new_regions', 'new_regionid', `new_code eq '${regionCode}'`)
  const user = await findId(client, 'systemusers', 'systemuserid', `domainname eq '${owner}'`)
  const path = `accounts(${account})`
  await update(client, path, {
    name,
    'primarycontactid@odata.bind': `contacts(${contact})`,
    'new_RegionId@odata.bind': `new_regions(${region})`,
  })
  const state = status === 'Active' ? { statecode: 0, statuscode: 1 } : { statecode: 1, statuscode: 2 }
  await update(client, path, state)
  await update(client, path, { 'ownerid@odata.bind': `systemusers(${user})` })
}

async function findId(client: DataverseClient, set: string, id: string, filter: string): Promise<string> {
  const path = `${set}?$select=${id}&$filter=${encodeURIComponent(filter)}`
  const response = await client.request({ method: 'GET', path })
  const { value } = (await response.json()) as { value: readonly Record<string, string>[] }
  const found = value[0]?.[id]
  if (found === undefined) throw new Error(`nothing in ${set} has ${filter}`)
  return found
}

async function update(client: DataverseClient, path: string, body: object): Promise<void> {
  const headers = { 'if-match': '*' }
  await (await client.request({ method: 'PATCH', path, headers, body })).discard()
}
