import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Emulator, startEmulator, type TableView } from '../src/index.js'
import { errorOf, guid, pagesFrom, rowsOf, send } from './support/api.js'
import { things } from './support/things.js'

let emulator: Emulator
let table: TableView

beforeEach(async () => {
  emulator = await startEmulator({ tables: [things] })
  table = emulator.table('new_things')
})
afterEach(() => emulator.close())

const fill = (count: number) => {
  for (let i = 1; i <= count; i += 1) {
    table.create({ new_thingid: guid(i), new_name: `N${i % 3}`, ...(i % 4 === 0 ? {} : { new_site: i % 5 }) })
  }
}
const two = { Prefer: 'odata.maxpagesize=2' }
const namesOf = (pages: Awaited<ReturnType<typeof pagesFrom>>) =>
  pages.flatMap((page) => rowsOf(page).map((row) => row.new_thingid))

describe('pages', () => {
  it('carry the cookie of the service: encoded twice, GUIDs in upper case and braces', async () => {
    fill(3)
    const page = await send(emulator, 'GET', 'new_things?$select=new_name', { headers: two })
    expect(page.headers.get('preference-applied')).toBe('odata.maxpagesize=2')
    const first = guid(1).toUpperCase()
    const last = guid(2).toUpperCase()
    expect(page.json['@odata.nextLink']).toBe(
      `${emulator.serviceRoot}/new_things?$select=new_name&$skiptoken=%3Ccookie%20pagenumber=%222%22%20` +
        'pagingcookie=%22%253ccookie%2520page%253d%25221%2522%253e%253cnew_thingid%2520last%253d%2522' +
        `%257b${last}%257d%2522%2520first%253d%2522%257b${first}%257d%2522%2520%252f%253e%253c%252fcookie%253e` +
        '%22%20istracking=%22False%22%20/%3E',
    )
    expect(page.json['@odata.context']).toBe(`${emulator.serviceRoot}/$metadata#new_things(new_name)`)
  })

  it('come in the order of the primary key, each row once, also after insertions out of order', async () => {
    fill(4)
    table.create({ new_thingid: '00000000-0000-4000-8000-000000000000' })
    table.create({ new_thingid: 'ffffffff-0000-4000-8000-000000000000' })
    table.remove(guid(3))
    table.create({ new_thingid: guid(3) })
    const ids = namesOf(await pagesFrom(emulator, 'new_things', two))
    expect(ids).toHaveLength(6)
    expect(ids).toEqual([...ids].sort())
  })

  it.each([
    'new_site',
    'new_site desc',
    'new_name desc,new_site',
    '_new_parent_value desc',
    'new_flag,new_big',
  ])('follow $orderby=%s, with nulls and equal values', async (order) => {
    fill(17)
    for (let i = 5; i <= 17; i += 1) {
      const parent = `new_things(${guid(1 + (i % 4))})`
      table.update(guid(i), { 'new_Parent@odata.bind': parent, new_flag: i % 2 === 0, new_big: i % 3 })
    }
    const paged = namesOf(await pagesFrom(emulator, `new_things?$orderby=${order}`, two))
    const whole = namesOf(await pagesFrom(emulator, `new_things?$orderby=${order}`, {}))
    expect(paged).toEqual(whole)
    expect(new Set(paged).size).toBe(17)
  })

  it('keep the filter', async () => {
    fill(9)
    const pages = await pagesFrom(emulator, "new_things?$filter=new_name eq 'N1'", two)
    expect(namesOf(pages)).toEqual([guid(1), guid(4), guid(7)])
  })

  it('are evaluated when asked for', async () => {
    fill(4)
    const first = await send(emulator, 'GET', 'new_things', { headers: two })
    table.remove(guid(3))
    table.create({ new_thingid: guid(5) })
    const second = await send(emulator, 'GET', String(first.json['@odata.nextLink']), { headers: two })
    expect(rowsOf(second).map((row) => row.new_thingid)).toEqual([guid(4), guid(5)])
    expect(second.json['@odata.nextLink']).toBeUndefined()
  })

  it('are as large as the server allows when no size is asked for, or one too large', async () => {
    await emulator.close()
    emulator = await startEmulator({ tables: [things], maxPageSize: 3 })
    table = emulator.table('new_things')
    fill(4)
    for (const headers of [{}, { Prefer: 'odata.maxpagesize=50' }]) {
      const pages = await pagesFrom(emulator, 'new_things', headers as Record<string, string>)
      expect(pages.map((page) => rowsOf(page).length)).toEqual([3, 1])
      expect(pages[0]?.headers.get('preference-applied')).toBeNull()
    }
  })

  it('ignore $top when a page size is asked for, and stop at it otherwise', async () => {
    fill(5)
    expect(namesOf(await pagesFrom(emulator, 'new_things?$top=3', two))).toHaveLength(5)
    const top = await pagesFrom(emulator, 'new_things?$top=3', {})
    expect(top.map((page) => rowsOf(page).length)).toEqual([3])
  })

  it('refuse cookies that are garbled, of another order, or of a wrong page', async () => {
    fill(3)
    const first = await send(emulator, 'GET', 'new_things', { headers: two })
    const link = String(first.json['@odata.nextLink'])
    const refused: [string, string][] = [
      [`${link.split('$skiptoken=')[0]}$skiptoken=nonsense`, '0x80060888'],
      [link.replace('pagenumber=%222%22', 'pagenumber=%225%22'), '0x8004112A'],
      [link.replace('new_things?', 'new_things?$orderby=new_name&'), '0x80041129'],
    ]
    for (const [url, code] of refused) {
      const answer = await send(emulator, 'GET', url)
      expect([answer.status, errorOf(answer).code]).toEqual([400, code])
    }
  })
})

describe('counts', () => {
  it('are capped at 5,000 and say so', async () => {
    for (let i = 0; i < 5001; i += 1) table.create({})
    const headers = { Prefer: 'odata.maxpagesize=1,odata.include-annotations="Microsoft.Dynamics.CRM.*"' }
    const { json } = await send(emulator, 'GET', 'new_things?$count=true&$select=new_name', { headers })
    expect(json).toMatchObject({
      '@odata.count': 5000,
      '@Microsoft.Dynamics.CRM.totalrecordcount': 5000,
      '@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded': true,
      '@Microsoft.Dynamics.CRM.globalmetadataversion': expect.stringMatching(/^\d+$/),
    })
    const bytes = Buffer.from(await (await fetch(`${emulator.serviceRoot}/new_things/$count`)).arrayBuffer())
    expect(bytes).toEqual(Buffer.from('\uFEFF5000'))
  })

  it('count what the filter lets through; the byte order mark is an option', async () => {
    await emulator.close()
    emulator = await startEmulator({ tables: [things], countByteOrderMark: false })
    table = emulator.table('new_things')
    fill(9)
    const filter = "$filter=new_name eq 'N1'"
    expect((await send(emulator, 'GET', `new_things?$count=true&${filter}`)).json['@odata.count']).toBe(3)
    const answer = await send(emulator, 'GET', `new_things/$count?${filter}`)
    expect([answer.text, answer.headers.get('content-type')]).toEqual(['3', 'text/plain'])
  })

  it('say -1 in the annotation when no count was asked for, as the service does', async () => {
    const headers = { Prefer: 'odata.include-annotations="*"' }
    const { json } = await send(emulator, 'GET', 'new_things', { headers })
    expect(json['@Microsoft.Dynamics.CRM.totalrecordcount']).toBe(-1)
  })
})

describe('links', () => {
  it('stand before or after the rows', async () => {
    fill(3)
    const after = (await send(emulator, 'GET', 'new_things', { headers: two })).json
    expect(Object.keys(after).at(-1)).toBe('@odata.nextLink')
    await emulator.close()
    emulator = await startEmulator({ tables: [things], links: { position: 'before-value' } })
    table = emulator.table('new_things')
    fill(3)
    const before = (await send(emulator, 'GET', 'new_things', { headers: two })).json
    expect(Object.keys(before).at(-1)).toBe('value')
  })
})
