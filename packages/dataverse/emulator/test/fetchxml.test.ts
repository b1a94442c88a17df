import { DynamicsWebApi } from 'dynamics-web-api'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Emulator, startEmulator } from '../src/index.js'
import { type Answer, errorOf, guid, rowsOf, send } from './support/api.js'
import { flat, sendBatch } from './support/batch.js'
import { labels } from './support/labels.js'
import { things } from './support/things.js'

let emulator: Emulator

beforeEach(async () => {
  emulator = await startEmulator({ tables: [things, ...labels] })
  const table = emulator.table('new_things')
  const rows: Record<string, unknown>[] = [
    { new_name: 'Alfa', new_site: 3, new_amount: 0.1, new_color: 2, new_day: '2026-01-05', new_flag: true },
    { new_name: 'Beta', new_site: 1, new_amount: 0.2, new_color: 1, new_day: '2026-02-05', new_flag: false },
    { new_name: 'Gamma', new_site: 3, new_amount: 4, new_color: 1 },
    { new_name: 'Delta', new_site: 8, new_tags: '1,9', new_big: 9007199254740993n },
    { new_name: 'alfa & "b" <c>', new_serial: 'x' },
  ]
  for (const [index, row] of rows.entries()) table.create({ new_thingid: guid(index + 1), ...row })
  for (const [child, parent] of [
    [2, 1],
    [3, 1],
    [4, 2],
  ] as const) {
    table.update(guid(child), { 'new_Parent@odata.bind': `new_things(${guid(parent)})` })
  }
})
afterEach(() => emulator.close())

const ask = (fetchXml: string, headers: Record<string, string> = {}, set = 'new_things'): Promise<Answer> =>
  send(emulator, 'GET', `${set}?fetchXml=${encodeURIComponent(fetchXml)}`, { headers })
const entity = (inner: string, fetch = '') =>
  `<fetch ${fetch}><entity name='new_thing'>${inner}</entity></fetch>`
const rows = async (fetchXml: string): Promise<Record<string, unknown>[]> => {
  const answer = await ask(fetchXml)
  expect([answer.status, answer.json.error]).toEqual([200, undefined])
  return rowsOf(answer)
}
const names = async (inner: string, fetch = '') =>
  (await rows(entity(`<attribute name='new_name'/>${inner}`, fetch))).map((row) => row.new_name)
const where = (condition: string) => names(`<filter>${condition}</filter>`)

describe('FetchXML: what comes', () => {
  it('is the attributes and the primary key, without nulls', async () => {
    const [first, second] = await rows(
      entity(
        "<attribute name='new_name'/><attribute name='new_parent'/><attribute name='new_amount' alias='sum'/>",
      ),
    )
    expect(first).toEqual({
      '@odata.etag': expect.stringMatching(/^W\/"\d+"$/),
      new_name: 'Alfa',
      sum: 0.1,
      new_thingid: guid(1),
    })
    expect(second).toMatchObject({ new_name: 'Beta', _new_parent_value: guid(1) })
  })

  it('is every column with all-attributes', async () => {
    const [row] = await rows(entity('<all-attributes/>'))
    expect(row).toMatchObject({ new_name: 'Alfa', new_site: 3, new_flag: true, statecode: 0 })
    expect(row).not.toHaveProperty('new_code')
  })

  it('carries the annotations that are asked for', async () => {
    const answer = await ask(
      entity(
        "<attribute name='new_color'/><attribute name='new_parent'/><filter><condition attribute='new_site' operator='eq' value='1'/></filter>",
      ),
      { Prefer: 'odata.include-annotations="*"' },
    )
    expect(rowsOf(answer)).toMatchObject([
      {
        'new_color@OData.Community.Display.V1.FormattedValue': 'Red',
        '_new_parent_value@OData.Community.Display.V1.FormattedValue': 'Alfa',
        '_new_parent_value@Microsoft.Dynamics.CRM.lookuplogicalname': 'new_thing',
      },
    ])
    expect(answer.json).not.toHaveProperty('@Microsoft.Dynamics.CRM.morerecords')
  })
})

describe('FetchXML: conditions', () => {
  const condition = (attribute: string, operator: string, ...values: string[]) =>
    values.length === 1
      ? `<condition attribute='${attribute}' operator='${operator}' value='${values[0]}'/>`
      : `<condition attribute='${attribute}' operator='${operator}'>${values.map((value) => `<value>${value}</value>`).join('')}</condition>`

  it.each<[string, string[]]>([
    [condition('new_site', 'eq', '3'), ['Alfa', 'Gamma']],
    [condition('new_site', 'ne', '3'), ['Beta', 'Delta', 'alfa & "b" <c>']],
    [condition('new_site', 'gt', '1') + condition('new_site', 'le', '3'), ['Alfa', 'Gamma']],
    [condition('new_site', 'null'), ['alfa & "b" <c>']],
    [condition('new_site', 'not-null') + condition('new_amount', 'null'), ['Delta']],
    [condition('new_name', 'like', 'al%'), ['Alfa', 'alfa & "b" <c>']],
    [condition('new_name', 'like', 'ALFA'), ['Alfa']],
    [condition('new_name', 'not-like', '%a'), ['alfa & "b" <c>']],
    [condition('new_name', 'begins-with', 'be'), ['Beta']],
    [condition('new_name', 'ends-with', 'ta'), ['Beta', 'Delta']],
    [condition('new_name', 'eq', 'alfa &amp; &quot;b&quot; &lt;c&#62;'), ['alfa & "b" <c>']],
    [condition('new_site', 'in', '1', '8'), ['Beta', 'Delta']],
    [condition('new_site', 'not-in', '1', '8'), ['Alfa', 'Gamma']],
    [condition('new_site', 'between', '2', '7'), ['Alfa', 'Gamma']],
    [condition('new_flag', 'eq', '0'), ['Beta']],
    [condition('new_color', 'eq', '2'), ['Alfa']],
    [condition('new_tags', 'contain-values', '9', '5'), ['Delta']],
    [condition('new_big', 'eq', '9007199254740993'), ['Delta']],
    [condition('new_day', 'on-or-after', '2026-02-01'), ['Beta']],
    [condition('new_parent', 'eq', `{${guid(1).toUpperCase()}}`), ['Beta', 'Gamma']],
    [condition('new_thingid', 'in', guid(1), guid(4)), ['Alfa', 'Delta']],
    [condition('ownerid', 'eq-userid') + condition('new_site', 'eq', '1'), ['Beta']],
    [condition('createdon', 'last-x-days', '1') + condition('new_site', 'eq', '8'), ['Delta']],
    ['', ['Alfa', 'Beta', 'Gamma', 'Delta', 'alfa & "b" <c>']],
  ])('%s', async (conditions, expected) => {
    expect(await where(conditions)).toEqual(expected)
  })

  it('stand in groups', async () => {
    const some = `<filter type='or'>${condition('new_site', 'eq', '1')}<filter type='and'>${condition('new_site', 'eq', '3')}${condition('new_color', 'eq', '1')}</filter></filter>`
    expect(await names(some)).toEqual(['Beta', 'Gamma'])
    expect(
      await names(
        `${some}<filter>${condition('new_color', 'eq', '1')}${condition('new_site', 'lt', '3')}</filter>`,
      ),
    ).toEqual(['Beta'])
  })
})

describe('FetchXML: links', () => {
  const parent = (type: string, inner: string) =>
    `<link-entity name='new_thing' from='new_thingid' to='new_parent' link-type='${type}' alias='p'>${inner}</link-entity>`
  const parentName = "<attribute name='new_name'/>"

  it('join the row of a lookup: inner', async () => {
    const found = await rows(entity(`<attribute name='new_name'/>${parent('inner', parentName)}`))
    expect(found.map((row) => [row.new_name, row['p.new_name']])).toEqual([
      ['Beta', 'Alfa'],
      ['Gamma', 'Alfa'],
      ['Delta', 'Beta'],
    ])
  })

  it('join it where it is: outer, with conditions inside and behind the join', async () => {
    const isAlfa = "<filter><condition attribute='new_name' operator='eq' value='Alfa'/></filter>"
    const inside = await rows(entity(`<attribute name='new_name'/>${parent('outer', parentName + isAlfa)}`))
    expect(inside.map((row) => row['p.new_name'])).toEqual([undefined, 'Alfa', 'Alfa', undefined, undefined])
    const none = "<filter><condition entityname='p' attribute='new_thingid' operator='null'/></filter>"
    expect(await names(none + parent('outer', isAlfa))).toEqual(['Alfa', 'Delta', 'alfa & "b" <c>'])
  })

  it('join the rows that point here, and rows behind a link', async () => {
    const children = `<link-entity name='new_thing' from='new_parent' to='new_thingid' alias='c'><attribute name='new_name' alias='child'/><link-entity name='new_thing' from='new_parent' to='new_thingid' link-type='outer' alias='g'><attribute name='new_name'/></link-entity></link-entity>`
    const found = await rows(entity(`<attribute name='new_name'/>${children}`))
    expect(found.map((row) => [row.new_name, row.child, row['g.new_name']])).toEqual([
      ['Alfa', 'Beta', 'Delta'],
      ['Alfa', 'Gamma', undefined],
      ['Beta', 'Delta', undefined],
    ])
    expect(await names(children, "distinct='true'")).toEqual(['Alfa', 'Alfa', 'Beta'])
    expect(await names(children.replace(/<attribute[^>]*>/g, ''), "distinct='true'")).toEqual([
      'Alfa',
      'Beta',
    ])
  })

  it('lead through intersect tables', async () => {
    emulator.table('new_labels').create({
      new_labelid: guid(11),
      name: 'L',
      'new_Things@odata.bind': [1, 3].map((number) => `new_things(${guid(number)})`),
    })
    const link = `<link-entity name='new_thing_label' from='new_thingid' to='new_thingid' intersect='true'><link-entity name='new_label' from='new_labelid' to='new_labelid' alias='l'><attribute name='name'/></link-entity></link-entity>`
    const found = await rows(entity(`<attribute name='new_name'/>${link}`))
    expect(found.map((row) => [row.new_name, row['l.name']])).toEqual([
      ['Alfa', 'L'],
      ['Gamma', 'L'],
    ])
  })
})

describe('FetchXML: order and pages', () => {
  const byColor = "<order attribute='new_color' descending='true'/><order attribute='new_name'/>"

  it('orders choices by their labels, lookups by names, and by columns of links', async () => {
    expect(await names(byColor)).toEqual(['Beta', 'Gamma', 'Alfa', 'alfa & "b" <c>', 'Delta'])
    const link =
      "<link-entity name='new_thing' from='new_thingid' to='new_parent' alias='p'><order attribute='new_name' descending='true'/></link-entity>"
    expect(await names(link)).toEqual(['Delta', 'Beta', 'Gamma'])
    expect(await names("<order attribute='new_name'/>", "top='2'")).toEqual(['Alfa', 'alfa & "b" <c>'])
  })

  /** As the documented client: the cookie is decoded twice and set as an attribute. */
  async function walk(
    inner: string,
    between: (page: number) => void = () => {},
  ): Promise<Record<string, unknown>[][]> {
    const pages: Record<string, unknown>[][] = []
    let fetch = "count='2' page='1'"
    for (let page = 1; page < 10; page += 1) {
      const answer = await ask(entity(`<attribute name='new_name'/>${inner}`, fetch), {
        Prefer:
          'odata.include-annotations="Microsoft.Dynamics.CRM.fetchxmlpagingcookie,Microsoft.Dynamics.CRM.morerecords"',
      })
      expect(answer.status).toBe(200)
      pages.push(rowsOf(answer))
      if (answer.json['@Microsoft.Dynamics.CRM.morerecords'] !== true) return pages
      const annotation = answer.json['@Microsoft.Dynamics.CRM.fetchxmlpagingcookie']
      const cookie = /pagingcookie="([^"]*)"/.exec(String(annotation))?.[1]
      const decoded = decodeURIComponent(decodeURIComponent(cookie ?? ''))
      const written = decoded
        .replaceAll('&', '&amp;')
        .replaceAll('<', '&lt;')
        .replaceAll('>', '&gt;')
        .replaceAll("'", '&apos;')
      fetch = `count='2' page='${page + 1}'${cookie === undefined ? '' : ` paging-cookie='${written}'`}`
      between(page)
    }
    return expect.unreachable()
  }

  it('comes in pages by cookies as the service writes them', async () => {
    const first = await ask(
      entity("<attribute name='new_name'/><order attribute='new_name'/>", "count='2'"),
      {
        Prefer: 'odata.include-annotations="*"',
      },
    )
    const id = (number: number) => `%257b${guid(number).toUpperCase()}%257d`
    expect(first.json['@Microsoft.Dynamics.CRM.fetchxmlpagingcookie']).toBe(
      '<cookie pagenumber="2" pagingcookie="%253ccookie%2520page%253d%25221%2522%253e%253cnew_name%2520last%253d%2522' +
        'alfa%2520%2526amp%253b%2520%2526quot%253bb%2526quot%253b%2520%2526lt%253bc%2526gt%253b%2522%2520first%253d%2522Alfa%2522%2520%252f%253e' +
        `%253cnew_thingid%2520last%253d%2522${id(5)}%2522%2520first%253d%2522${id(1)}%2522%2520%252f%253e%253c%252fcookie%253e" istracking="False" />`,
    )
    const pages = await walk("<order attribute='new_name'/>")
    expect(pages.map((page) => page.map((row) => row.new_name))).toEqual([
      ['Alfa', 'alfa & "b" <c>'],
      ['Beta', 'Delta'],
      ['Gamma'],
    ])
  })

  it('goes on after the last row, whatever came or went before it', async () => {
    const pages = await walk(byColor, (page) => {
      if (page === 1) emulator.table('new_things').remove(guid(2))
    })
    expect(pages.flat().map((row) => row.new_name)).toEqual([
      'Beta',
      'Gamma',
      'Alfa',
      'alfa & "b" <c>',
      'Delta',
    ])
  })

  it('has no cookie where links may repeat rows: pages by number', async () => {
    const children =
      "<link-entity name='new_thing' from='new_parent' to='new_thingid' alias='c'><attribute name='new_name'/></link-entity>"
    const pages = await walk(children)
    expect(pages.map((page) => page.map((row) => row['c.new_name']))).toEqual([['Beta', 'Gamma'], ['Delta']])
  })

  it('counts all rows when asked', async () => {
    const answer = await ask(entity('', "count='2' returntotalrecordcount='true'"), {
      Prefer: 'odata.include-annotations="*"',
    })
    expect(answer.json['@Microsoft.Dynamics.CRM.totalrecordcount']).toBe(5)
  })

  it('refuses a cookie of another order or page', async () => {
    const inner = `<cookie page="1"><new_thingid last="{${guid(1)}}" first="{${guid(1)}}" /></cookie>`
    const cookie = `paging-cookie='${inner.replaceAll('<', '&lt;').replaceAll('>', '&gt;')}'`
    const code = async (fetchXml: string) => errorOf(await ask(fetchXml)).code
    expect(await code(entity(byColor, `page='2' ${cookie}`))).toBe('0x80041129')
    expect(await code(entity('', `page='3' ${cookie}`))).toBe('0x8004112A')
    expect(await code(entity('', "page='2' paging-cookie='x'"))).toBe('0x80060888')
    expect(await code(entity('', "count='5000' page='11'"))).toBe('0x8004430A')
  })
})

describe('FetchXML: aggregates', () => {
  const aggregate = (inner: string, fetch = '') => rows(entity(inner, `aggregate='true' ${fetch}`))
  const of = (column: string, name: string, alias = name, extra = '') =>
    `<attribute name='${column}' alias='${alias}' aggregate='${name}' ${extra}/>`

  it('counts, sums and compares, without nulls', async () => {
    const all = ['count', 'countcolumn', 'sum', 'avg', 'min', 'max']
      .map((name) => of('new_site', name))
      .join('')
    expect(await aggregate(all + of('new_amount', 'sum', 'amount') + of('new_day', 'max', 'day'))).toEqual([
      { count: 5, countcolumn: 4, sum: 15, avg: 3, min: 1, max: 8, amount: 4.3, day: '2026-02-05' },
    ])
    expect(await aggregate(of('new_site', 'countcolumn', 'different', "distinct='true'"))).toEqual([
      { different: 3 },
    ])
  })

  it('groups, and orders by aliases', async () => {
    const grouped = `${of('new_thingid', 'count', 'n')}<attribute name='new_site' alias='site' groupby='true'/>`
    expect(await aggregate(`${grouped}<order alias='n' descending='true'/><order alias='site'/>`)).toEqual([
      { n: 2, site: 3 },
      { n: 1 },
      { n: 1, site: 1 },
      { n: 1, site: 8 },
    ])
    const byParent = `${of('new_thingid', 'count', 'n')}<link-entity name='new_thing' from='new_thingid' to='new_parent' alias='p'><attribute name='new_name' alias='parent' groupby='true'/></link-entity><order alias='parent'/>`
    expect(await aggregate(byParent)).toEqual([
      { n: 2, parent: 'Alfa' },
      { n: 1, parent: 'Beta' },
    ])
  })

  it('is one row without rows, and none in groups', async () => {
    const none = "<filter><condition attribute='new_site' operator='eq' value='77'/></filter>"
    expect(await aggregate(of('new_site', 'count') + of('new_site', 'max') + none)).toEqual([{ count: 0 }])
    expect(await aggregate(`<attribute name='new_site' alias='site' groupby='true'/>${none}`)).toEqual([])
  })

  it('has a limit of rows', async () => {
    const answer = await ask(entity(of('new_site', 'count'), "aggregate='true' aggregatelimit='4'"))
    expect([answer.status, errorOf(answer).code]).toEqual([400, '0x8004E023'])
  })
})

describe('FetchXML: what is refused', () => {
  it.each<[string, string, string]>([
    ['<fetch', '0x80040201', 'Invalid XML'],
    ['<fetch><entity name="new_thing"></fetch></entity>', '0x80040201', 'Invalid XML'],
    ['<fetch><entity name="new_thing"/></fetch>&x;', '0x80040201', 'Invalid XML'],
    ['<!DOCTYPE fetch><fetch/>', '0x80040201', 'Invalid XML'],
    ['<query/>', '0x80044183', "'fetch' expected"],
    ['<fetch/>', '0x80044183', "one 'entity'"],
    ["<fetch><entity name='account'/></fetch>", '0x80044183', "'account' is not the table"],
    [entity("<attribute name='new_nothing'/>"), '0x80041103', "Name = 'new_nothing'"],
    [entity("<order attribute='new_nothing'/>"), '0x80041103', "'new_nothing'"],
    [
      entity("<filter><condition attribute='NEW_NAME' operator='null'/></filter>"),
      '0x80041103',
      "'NEW_NAME'",
    ],
    [
      entity("<filter><condition attribute='new_site' operator='eq' value='x'/></filter>"),
      '0x80040203',
      "'x'",
    ],
    [entity("<filter><condition attribute='new_site' operator='eq'/></filter>"), '0x80040203', 'takes 1'],
    [
      entity("<filter><condition entityname='z' attribute='new_site' operator='null'/></filter>"),
      '0x80044183',
      "'z'",
    ],
    [entity("<link-entity name='new_none' from='a' to='b'/>"), '0x80041102', "'new_none'"],
    [entity("<link-entity name='account' from='accountid'/>"), '0x80044183', "'to'"],
    [
      entity("<link-entity name='account' from='accountid' to='new_parent'/>".repeat(16)),
      '0x8004430D',
      'exceeded',
    ],
    [entity('', "top='x'"), '0x80044183', "'top'"],
    [entity('', "top='5' page='2'"), '0x80044183', 'paging'],
    [entity("<attribute name='new_site' aggregate='sum' alias='s'/>"), '0x80044183', "aggregate='true'"],
    [entity("<attribute name='new_site'/>", "aggregate='true'"), '0x80044183', 'groupby'],
    [
      entity("<attribute name='new_name' alias='a' aggregate='sum'/>", "aggregate='true'"),
      '0x80044183',
      'numbers',
    ],
  ])('%s', async (fetchXml, code, message) => {
    const answer = await ask(fetchXml)
    expect([answer.status, errorOf(answer).code]).toEqual([400, code])
    expect(errorOf(answer).message).toContain(message)
  })

  it.each<[string, string]>([
    [entity('', "datasource='retained'"), "'datasource'"],
    [entity('', "latematerialize='true'"), "'latematerialize'"],
    [
      entity("<filter><condition attribute='new_site' operator='eq' valueof='new_site'/></filter>"),
      "'valueof'",
    ],
    [entity("<filter><condition attribute='ownerid' operator='eq-userteams'/></filter>"), "'eq-userteams'"],
    [
      entity("<link-entity name='new_thing' from='new_thingid' to='new_parent' link-type='exists'/>"),
      "'exists'",
    ],
    [
      entity("<attribute name='createdon' alias='d' groupby='true' dategrouping='day'/>", "aggregate='true'"),
      "'dategrouping'",
    ],
    [entity("<attribute name='new_site' alias='d' aggregate='median'/>", "aggregate='true'"), "'median'"],
    [entity('<no-attrs/>'), "'no-attrs'"],
  ])('%s, with 501 by its name', async (fetchXml, message) => {
    const answer = await ask(fetchXml)
    expect(answer.status).toBe(501)
    expect(errorOf(answer).message).toContain(message)
  })

  it('together with other options and change tracking, and where it has no place', async () => {
    const option = `fetchXml=${encodeURIComponent(entity(''))}`
    for (const query of ['$select=new_name', '$filter=new_site eq 1', '$deltatoken=1', 'foo=1']) {
      expect((await send(emulator, 'GET', `new_things?${option}&${query}`)).status).toBe(501)
    }
    expect((await ask(entity(''), { Prefer: 'odata.track-changes' })).status).toBe(501)
    for (const path of [
      `new_things(${guid(1)})`,
      'new_things/$count',
      `new_things(${guid(1)})/new_thing_children`,
    ]) {
      expect((await send(emulator, 'GET', `${path}?${option}`)).status).toBe(501)
    }
    expect((await send(emulator, 'GET', `new_things?${option}&$count=true`)).status).toBe(200)
  })
})

it('FetchXML may be as long as a URL of a batch', async () => {
  const long = Array.from({ length: 1000 }, (_, index) => `<value>${guid(index + 2)}</value>`).join('')
  const condition = `<filter><condition attribute='new_thingid' operator='in'>${long}</condition></filter>`
  const url = `new_things?fetchXml=${encodeURIComponent(entity(condition))}`
  const single = await fetch(`${emulator.serviceRoot}/${url}`)
  expect(single.status).toBeGreaterThanOrEqual(414)
  const [answer] = flat(await sendBatch(emulator, [{ method: 'GET', url }]))
  expect(answer?.json.value).toHaveLength(4)
})

describe('FetchXML from DynamicsWebApi', () => {
  it('is fetched whole, page by page', async () => {
    const api = new DynamicsWebApi({
      serverUrl: emulator.url,
      dataApi: { version: '9.2' },
      onTokenRefresh: async () => 'token',
    })
    const fetchXml = entity("<attribute name='new_name'/><order attribute='new_site'/>", "count='2'")
    // Without the annotation neither it nor the service knows of a next page.
    const query = {
      collection: 'new_things',
      fetchXml,
      includeAnnotations: 'Microsoft.Dynamics.CRM.fetchxmlpagingcookie',
    }
    const first = await api.fetch(query)
    expect(first.value.map((row) => row.new_name)).toEqual(['alfa & "b" <c>', 'Beta'])
    expect(first.PagingInfo?.nextPage).toBe(2)
    const all = await api.fetchAll(query)
    expect(all.value.map((row) => row.new_name)).toEqual(['alfa & "b" <c>', 'Beta', 'Alfa', 'Gamma', 'Delta'])
  })
})
