import { DynamicsWebApi } from 'dynamics-web-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Emulator, startEmulator } from '../src/index.js'
import { errorOf, guid, rowsOf, send } from './support/api.js'

let emulator: Emulator

beforeAll(async () => {
  emulator = await startEmulator()
  const post = (path: string, body: unknown) => send(emulator, 'POST', path, { body })
  await post('accounts', { accountid: guid(1), name: 'Contoso', revenue: 20_000, accountnumber: 'A+1' })
  await post('accounts', { accountid: guid(2), name: 'Fabrikam', industrycode: 1 })
  await post('contacts', {
    contactid: guid(11),
    firstname: 'Ada',
    lastname: 'Ash',
    'parentcustomerid_account@odata.bind': `/accounts(${guid(1)})`,
  })
  await send(emulator, 'PATCH', `accounts(${guid(1)})`, {
    body: { 'primarycontactid@odata.bind': `/contacts(${guid(11)})` },
  })
})
afterAll(() => emulator.close())

const names = async (query: string): Promise<unknown[]> =>
  rowsOf(await send(emulator, 'GET', `accounts?${query}`)).map((row) => row.name)

describe('queries over HTTP', () => {
  it('filter through navigation properties, collections and encoded values', async () => {
    expect(await names("$filter=primarycontactid/fullname eq 'Ada Ash'")).toEqual(['Contoso'])
    expect(await names("$filter=contact_customer_accounts/any(c:c/lastname eq 'ash')")).toEqual(['Contoso'])
    expect(await names("$filter=accountnumber%20eq%20'A%2B1'")).toEqual(['Contoso'])
    expect(await names('$filter=revenue%20eq%20null')).toEqual(['Fabrikam'])
    expect(await names('$filter=name eq @p1&@p1=%27contoso%27')).toEqual(['Contoso'])
  })

  it('order, limit and count', async () => {
    expect(await names('$orderby=name desc')).toEqual(['Fabrikam', 'Contoso'])
    expect(await names('$orderby=name desc&$top=1')).toEqual(['Fabrikam'])
    const { json } = await send(emulator, 'GET', 'accounts?$select=name&$count=true')
    expect(json['@odata.count']).toBe(2)
  })

  it('expand both sides, with a link that leads to the expanded rows', async () => {
    const expand = '$expand=primarycontactid($select=fullname),contact_customer_accounts($select=lastname)'
    const { json } = await send(emulator, 'GET', `accounts?$select=name&${expand}&$filter=name eq 'Contoso'`)
    expect(json['@odata.context']).toMatch(
      /#accounts\(name,primarycontactid\(fullname\),contact_customer_accounts\(lastname\)\)$/,
    )
    const [row] = json.value as Record<string, unknown>[]
    expect(row?.primarycontactid).toEqual({ fullname: 'Ada Ash', contactid: guid(11) })
    const link = row?.['contact_customer_accounts@odata.nextLink'] as string
    const followed = await send(emulator, 'GET', link)
    expect(rowsOf(followed)).toEqual(row?.contact_customer_accounts)
  })

  it('annotate on request', async () => {
    const headers = { Prefer: 'odata.include-annotations="*"' }
    const answer = await send(emulator, 'GET', `accounts(${guid(1)})?$select=revenue`, { headers })
    expect(answer.json).toMatchObject({
      'revenue@OData.Community.Display.V1.FormattedValue': '$20,000.00',
      '_transactioncurrencyid_value@OData.Community.Display.V1.FormattedValue': 'US Dollar',
    })
  })

  it('name what is refused and what is missing', async () => {
    const unknown = await send(emulator, 'GET', 'accounts?$select=nope')
    expect(unknown.status).toBe(400)
    expect(errorOf(unknown)).toEqual({
      code: '0x0',
      message: "Could not find a property named 'nope' on type 'Microsoft.Dynamics.CRM.account'.",
    })
    expect((await send(emulator, 'GET', 'accounts?$skip=1')).status).toBe(400)
    expect((await send(emulator, 'GET', 'accounts?$apply=aggregate($count as c)')).status).toBe(501)
  })
})

describe('with the client of somebody else', () => {
  it('reads lists and expansions', async () => {
    const client = new DynamicsWebApi({ serverUrl: emulator.url, dataApi: { version: '9.2' } })
    const list = await client.retrieveMultiple<Record<string, unknown>>({
      collection: 'accounts',
      select: ['name', 'revenue'],
      filter: "contains(name,'toso') and revenue gt 5",
      expand: [{ property: 'primarycontactid', select: ['fullname'] }],
      orderBy: ['name desc'],
      includeAnnotations: '*',
    })
    expect(list.value).toMatchObject([{ name: 'Contoso', primarycontactid: { fullname: 'Ada Ash' } }])
  })
})
