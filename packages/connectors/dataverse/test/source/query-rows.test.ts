import { createClient, type DataverseClient } from '@deltaverse/client'
import { type QueryRow, queryRows, type RowQuery } from '@deltaverse/dataverse'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let emulator: Emulator
let client: DataverseClient

beforeAll(async () => {
  emulator = await startEmulator()
  client = createClient({ url: emulator.url })
  const accounts = emulator.table('accounts')
  for (let n = 0; n < 25; n += 1) {
    accounts.create({
      name: `Account ${n} & "Söhne"`,
      accountnumber: `A-${n}`,
      revenue: n % 2 === 0 ? 1_000 + n : null,
    })
  }
})
afterAll(async () => {
  await client.close()
  await emulator.close()
})

async function groupsOf(query: RowQuery, options = {}): Promise<(readonly QueryRow[])[]> {
  const groups: (readonly QueryRow[])[] = []
  for await (const group of queryRows(client, query, options)) groups.push(group)
  return groups
}
const fetchXml = (inside: string, attributes = '') =>
  `<fetch${attributes}><entity name="account"><attribute name="name"/><attribute name="accountnumber"/>${inside}</entity></fetch>`

describe('queryRows() with a query of OData', () => {
  it('tells all rows, page by page, with their bytes as they came', async () => {
    const groups = await groupsOf('accounts?$select=name,accountnumber&$filter=revenue ne null', {
      pageSize: 5,
    })
    expect(groups.map(({ length }) => length)).toEqual([5, 5, 3])
    const [first] = groups.flat()
    expect(first?.row).toMatchObject({ name: expect.stringContaining('& "Söhne"') })
    expect(JSON.parse(String(first?.bytes))).toEqual(first?.row)
  })

  it('takes filters as people write them, and what is encoded already', async () => {
    const encoded = encodeURIComponent(`Account 3 & "Söhne"`)
    const query = `accounts?$select=name&$filter=name eq '${encoded}' or contains(name,'4 ') and startswith(name, 'Account 4')`
    expect((await groupsOf(query)).flat().map(({ row }) => row.name)).toEqual([
      'Account 3 & "Söhne"',
      'Account 4 & "Söhne"',
    ])
  })

  it.each(['https://elsewhere.test/accounts', '//elsewhere.test/accounts', '?$select=name', ''])(
    'refuses %j, which is no relative address',
    async (query) => {
      await expect(groupsOf(query)).rejects.toThrow(TypeError)
    },
  )

  it('ends with the signal, and tells what the service refuses', async () => {
    const reason = new Error('no more')
    await expect(groupsOf('accounts', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    await expect(groupsOf('accounts?$select=nothing')).rejects.toMatchObject({ code: 'bad-request' })
  })
})

describe('queryRows() with FetchXML', () => {
  it('asks for page after page by their cookies, each row once', async () => {
    const before = emulator.requests.length
    const groups = await groupsOf(
      { fetchXml: fetchXml('<order attribute="accountnumber"/>') },
      { pageSize: 10 },
    )
    expect(groups.map(({ length }) => length)).toEqual([10, 10, 5])
    const numbers = groups.flat().map(({ row }) => row.accountnumber)
    expect(new Set(numbers).size).toBe(25)
    const asked = emulator.requests
      .slice(before)
      .map(({ url }) => decodeURIComponent(url))
      .filter((url) => url.includes('fetchXml='))
    expect(asked.map((url) => /page="(\d)"/.exec(url)?.[1])).toEqual(['1', '2', '3'])
    expect(asked.map((url) => url.includes('paging-cookie="&lt;cookie'))).toEqual([false, true, true])
  })

  it('leaves a query for the first rows alone, and sums', async () => {
    expect((await groupsOf({ fetchXml: fetchXml('', " top='3'") })).flat()).toHaveLength(3)
    const sums = await groupsOf({
      fetchXml: `<fetch aggregate="true"><entity name="account"><attribute name="accountid" aggregate="count" alias="n"/></entity></fetch>`,
    })
    expect(sums.flat().map(({ row }) => row.n)).toEqual([25])
  })

  it.each(['', '<entity name="account"/>', '<fetch><entity/></fetch>'])('refuses %j', async (text) => {
    await expect(groupsOf({ fetchXml: text })).rejects.toThrow(/fetchXml must be <fetch>/)
  })
})
