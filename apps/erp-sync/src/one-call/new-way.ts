import { createKeyResolver, createRowTranslator, ref } from '@deltaverse/alternate-keys'
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

/** Many rows: the writer translates them itself, and writes many in a request. */
export function writeMany(client: DataverseClient, customers: readonly Customer[]): Promise<WriteSummary> {
  const writer = createUpsertWriter(client, {
    entitySet: 'accounts',
    key: ['accountnumber'],
    translate: { references: 'bind' },
  })
  return writer.write(customers.map(toRow))
}
