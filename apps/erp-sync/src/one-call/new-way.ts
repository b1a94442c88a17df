import { createKeyResolver, createRowTranslator, type RowTranslator, ref } from '@deltaverse/alternate-keys'
import type { DataverseClient } from '@deltaverse/client'
import type { Row } from '@deltaverse/core'
import { createUpsertWriter, type WriteSummary } from '@deltaverse/dataverse'
import type { Customer } from './scene.js'

/** The same row with references, label and all. */
function toRow({ number, name, contactEmail, regionCode, owner, status }: Customer): Row {
  return {
    accountnumber: number,
    name,
    primarycontactid: ref('contact', { emailaddress1: contactEmail }),
    new_regionid: ref('new_region', { new_code: regionCode }),
    ownerid: ref('systemuser', { domainname: owner }),
    status,
  }
}

/** One request for a row: every reference a bind by alternate key, status and owner columns like others. */
export function createOneCall(client: DataverseClient): (customer: Customer) => Promise<void> {
  const resolver = createKeyResolver(client)
  const accounts = createRowTranslator(client, { table: 'account', resolver })
  return async (customer) => {
    const { accountnumber, ...row } = toRow(customer)
    const address = await resolver.address('account', { accountnumber: String(accountnumber) })
    const translated = await accounts.toWireRow(row)
    if (translated.status === 'failed') throw translated.error
    if (!('path' in address)) throw new Error(`there is no account ${customer.number}`)
    const headers = { 'if-match': '*' }
    const request = { method: 'PATCH', path: address.path, headers, body: translated.row } as const
    await (await client.request(request)).discard()
  }
}

/** Many rows: translated in portions, and written many in a request. */
export function writeMany(client: DataverseClient, customers: readonly Customer[]): Promise<WriteSummary> {
  const accounts = createRowTranslator(client, { table: 'account' })
  const writer = createUpsertWriter(client, { entitySet: 'accounts', key: ['accountnumber'] })
  return writer.write(translate(accounts, customers))
}

const portion = 500

async function* translate(accounts: RowTranslator, customers: readonly Customer[]): AsyncGenerator<Row> {
  for (let at = 0; at < customers.length; at += portion) {
    for (const translated of await accounts.toWireRows(customers.slice(at, at + portion).map(toRow))) {
      if (translated.status === 'failed') throw translated.error
      yield translated.row
    }
  }
}
