import { describe, expect, it } from 'vitest'
import type { ServiceError } from '../src/lib/http/service-error.js'
import { formatContext } from '../src/lib/query/format-context.js'
import { parseQueryOptions } from '../src/lib/query/parse-query-options.js'
import { createRowFormat, formatRow } from '../src/lib/query/row-json.js'
import type { RowShape } from '../src/lib/query/row-shape.js'
import { id, parse, related, rowsOf, schema, tableOf } from './query-fixture.js'

const serviceRoot = 'http://127.0.0.1/api/data/v9.2'

function show(
  entitySet: string,
  query: Readonly<Record<string, string>>,
  more: Partial<RowShape> = {},
): string[] {
  const table = tableOf(entitySet)
  const options = parse(entitySet, query)
  const format = createRowFormat(table, {
    schema,
    related,
    serviceRoot,
    select: options.select,
    expand: options.expand,
    ...more,
  })
  return [...rowsOf(table.logicalName)].sort((a, b) => options.compare(a, b, related)).map(format)
}

const order = (text: string): number[] =>
  show('accounts', { $select: 'accountid', $orderby: text }).map((json) =>
    Number(JSON.parse(json).accountid.slice(-4)),
  )

const wire = (columns: readonly { wireName: string }[] | undefined) => columns?.map((each) => each.wireName)

describe('$select', () => {
  it('keeps the order asked for and adds the primary key', () => {
    const options = parse('accounts', { $select: 'accountnumber, name' })
    expect(wire(options.select)).toEqual(['accountnumber', 'name', 'accountid'])
    expect(wire(options.selected)).toEqual(['accountnumber', 'name'])
  })

  it('adds the currency to amounts and the composite to address parts', () => {
    expect(wire(parse('accounts', { $select: 'revenue' }).select)).toEqual([
      'revenue',
      '_transactioncurrencyid_value',
      'accountid',
    ])
    expect(wire(parse('accounts', { $select: 'address1_city' }).select)).toEqual([
      'address1_city',
      'address1_composite',
      'accountid',
    ])
  })

  it('means every column when absent or *', () => {
    expect(parse('accounts', {}).select).toBeUndefined()
    expect(parse('accounts', { $select: '*' }).select).toBeUndefined()
  })
})

describe('parseQueryOptions()', () => {
  it.each([
    [{ $select: 'nope' }, "Could not find a property named 'nope' on type 'Microsoft.Dynamics.CRM.account'."],
    [{ $select: 'primarycontactid' }, "'primarycontactid'"],
    [{ $select: 'name,' }, "Term ''"],
    [{ $skip: '5' }, '$skip'],
    [{ $search: 'x' }, '$search'],
    [{ $format: 'json' }, '$format'],
    [{ $compute: 'x' }, '$compute'],
    [{ $Select: 'name' }, '$Select'],
    [{ $top: '0' }, '$top'],
    [{ $top: '-1' }, '$top'],
    [{ $top: '1.5' }, '$top'],
    [{ $count: 'yes' }, '$count'],
    [{ $orderby: 'name up' }, '$orderby'],
    [{ $orderby: 'nope' }, "'nope'"],
    [{ $expand: 'nope' }, "'nope'"],
    [{ $expand: 'primarycontactid($top=1)' }, 'is one row'],
    [{ $expand: 'primarycontactid($skip=1)' }, '$skip=1'],
    [{ $expand: 'primarycontactid($select=name)' }, "type 'Microsoft.Dynamics.CRM.contact'"],
    [{ $expand: 'ownerid($select=fullname)' }, "type 'Microsoft.Dynamics.CRM.principal'"],
    [{ $expand: 'primarycontactid,primarycontactid' }, 'more than once'],
    [{ $expand: 'primarycontactid(' }, 'not valid'],
    [{ $expand: 'contact_customer_accounts/$ref' }, '/$ref'],
    [{ $expand: 'contact_customer_accounts($filter=nope eq 1)' }, "'nope'"],
    [{ $expand: 'contact_customer_accounts($filter=lastname eq @p)', '@p': "'x'" }, 'inside $expand'],
    [
      { $expand: Array.from({ length: 16 }, (_, n) => (n ? 'ownerid' : 'owninguser')).join(',') },
      'at most 15',
    ],
  ])('refuses %j with 400', (query, message) => {
    try {
      parse('accounts', query as unknown as Record<string, string>)
      expect.unreachable()
    } catch (error) {
      const code = /Could not find a property/.test(String(error)) ? '0x0' : '0x80060888'
      expect(error).toMatchObject({ status: 400, code })
      expect((error as ServiceError).message).toContain(message)
    }
  })

  it.each([
    [{ $apply: 'aggregate($count as c)' }, '$apply'],
    [{ fetchXml: '<fetch/>' }, 'fetchXml'],
    [{ savedQuery: 'x' }, 'savedQuery'],
    [{ userQuery: 'x' }, 'userQuery'],
    [{ $expand: 'primarycontactid($expand=ownerid)' }, '$expand inside $expand'],
    [{ $orderby: 'primarycontactid/fullname' }, '$orderby'],
  ])('answers 501 to %j and names the feature', (query, feature) => {
    try {
      parse('accounts', query as unknown as Record<string, string>)
      expect.unreachable()
    } catch (error) {
      expect(error).toMatchObject({ status: 501 })
      expect((error as ServiceError).message).toContain(feature)
    }
  })

  it('refuses an option given twice and broken percent-encoding', () => {
    const table = tableOf('accounts')
    expect(() => parseQueryOptions('$top=1&$top=2', table, schema)).toThrow('more than once')
    expect(() => parseQueryOptions('$select=%E0%A4%A', table, schema)).toThrow('percent-encoded')
  })

  it('keeps the parts as they arrived, and reads + as a blank', () => {
    const raw = '$select=name&%24deltatoken=12%2103%2f15%2f2026+09%3a41%3a07&tag=1'
    const options = parseQueryOptions(raw, tableOf('accounts'), schema)
    expect(options.deltaToken).toBe('12!03/15/2026 09:41:07')
    expect(options.parts.map((part) => part.raw).join('&')).toBe(raw)
    expect(options.parts[1]?.name).toBe('$deltatoken')
  })

  it('understands $top and $count', () => {
    expect(parse('accounts', { $top: '3', $count: 'true' })).toMatchObject({ top: 3, count: true })
    expect(parse('accounts', {})).toMatchObject({ top: undefined, count: false, expand: [] })
  })
})

describe('$orderby', () => {
  it.each([
    ['name', [1, 2, 3]],
    ['name desc', [3, 2, 1]],
    ['revenue', [2, 3, 1]],
    ['revenue desc', [1, 3, 2]],
    ['_primarycontactid_value', [3, 2, 1]],
    ['creditonhold,name desc', [3, 1, 2]],
    ['creditonhold asc, createdon', [3, 1, 2]],
  ])('%s gives %j', (text, expected) => {
    expect(order(text)).toEqual(expected)
  })

  it('takes a parameter alias', () => {
    expect(parse('accounts', { $orderby: '@p desc', '@p': 'name' }).orderBy).toMatchObject([
      { descending: true, column: { logicalName: 'name' } },
    ])
  })
})

describe('formatRow()', () => {
  it('writes the etag first, explicit nulls, exact big integers and lookups by _x_value', () => {
    const [first, second] = show('accounts', {
      $select: 'name,accountnumber,versionnumber,_primarycontactid_value,revenue,creditonhold,createdon',
    })
    expect(first).toBe(
      `{"@odata.etag":"W/\\"9007199254740993\\"","name":"Contoso","accountnumber":"A1",` +
        `"versionnumber":9007199254740993,"_primarycontactid_value":"${id(11)}","revenue":20000,` +
        `"creditonhold":false,"createdon":"2026-03-25T08:00:00Z",` +
        `"_transactioncurrencyid_value":"${id(80)}","accountid":"${id(1)}"}`,
    )
    expect(JSON.parse(second ?? '')).toMatchObject({
      accountnumber: null,
      _transactioncurrencyid_value: null,
    })
  })

  it('sends every column without $select and none of the internal names', () => {
    const row = JSON.parse(show('accounts', {})[0] ?? '')
    expect(row).toHaveProperty('address1_city', null)
    expect(row).not.toHaveProperty('primarycontactid')
  })

  it('puts annotations before their property, only those asked for', () => {
    const query = { $select: 'revenue,creditonhold,_ownerid_value' }
    const [all] = show('accounts', query, { annotations: ['*'] })
    expect(Object.keys(JSON.parse(all ?? ''))).toEqual([
      '@odata.etag',
      'revenue@OData.Community.Display.V1.FormattedValue',
      'revenue',
      'creditonhold@OData.Community.Display.V1.FormattedValue',
      'creditonhold',
      '_ownerid_value@Microsoft.Dynamics.CRM.lookuplogicalname',
      '_ownerid_value@Microsoft.Dynamics.CRM.associatednavigationproperty',
      '_ownerid_value@OData.Community.Display.V1.FormattedValue',
      '_ownerid_value',
      '_transactioncurrencyid_value@Microsoft.Dynamics.CRM.lookuplogicalname',
      '_transactioncurrencyid_value@Microsoft.Dynamics.CRM.associatednavigationproperty',
      '_transactioncurrencyid_value@OData.Community.Display.V1.FormattedValue',
      '_transactioncurrencyid_value',
      'accountid',
    ])
    expect(all).toContain('"€20,000.00"')
    expect(all).toContain('"Ada User"')
    const [, some] = show('accounts', query, { annotations: ['Microsoft.Dynamics.CRM.*'] })
    expect(some).not.toContain('FormattedValue')
    expect(some).toContain('"_ownerid_value@Microsoft.Dynamics.CRM.lookuplogicalname":"team"')
    const [exact] = show('accounts', query, { annotations: ['Microsoft.Dynamics.CRM.lookuplogicalname'] })
    expect(exact).not.toContain('associatednavigationproperty')
  })

  it('names the navigation property of the table that a polymorphic lookup points at', () => {
    const json = show('contacts', { $select: '_parentcustomerid_value' }, { annotations: ['*'] })
    expect(json[0]).toContain('"parentcustomerid_account"')
    expect(json[2]).toContain('"parentcustomerid_contact"')
  })

  it('formats choices, dates and numbers as people read them', () => {
    const annotations = ['OData.Community.Display.V1.FormattedValue']
    const shown = (entitySet: string, column: string) =>
      JSON.parse(show(entitySet, { $select: column }, { annotations })[0] ?? '')[
        `${column}@OData.Community.Display.V1.FormattedValue`
      ]
    expect(shown('accounts', 'industrycode')).toBe('Accounting')
    expect(shown('accounts', 'createdon')).toBe('3/25/2026 8:00 AM')
    expect(shown('contacts', 'birthdate')).toBe('5/1/1990')
    expect(shown('new_things', 'new_colors')).toBe('Red; Blue')
    expect(shown('accounts', 'name')).toBeUndefined()
  })

  it('expands one row without an etag and null where there is none', () => {
    const rows = show('accounts', { $select: 'name', $expand: 'primarycontactid($select=fullname)' })
    expect(rows[0]).toContain(`,"primarycontactid":{"fullname":"Zoe Ash","contactid":"${id(11)}"}}`)
    expect(rows[2]).toContain(',"primarycontactid":null}')
  })

  it('expands only the side of a polymorphic lookup that is asked for', () => {
    const rows = show('contacts', { $select: 'lastname', $expand: 'parentcustomerid_account($select=name)' })
    expect(JSON.parse(rows[0] ?? '').parentcustomerid_account).toMatchObject({ name: 'Contoso' })
    expect(JSON.parse(rows[2] ?? '').parentcustomerid_account).toBeNull()
  })

  it('expands a collection with etags, inner options and a link to the collection', () => {
    const item =
      "contact_customer_accounts($select=lastname;$filter=lastname ne 'x';$orderby=lastname desc;$top=1)"
    const [first, second] = show('accounts', { $select: 'name', $expand: item })
    const row = JSON.parse(first ?? '')
    expect(row.contact_customer_accounts).toEqual([
      { '@odata.etag': 'W/"5"', lastname: 'Bo', contactid: id(12) },
    ])
    expect(row['contact_customer_accounts@odata.nextLink']).toMatch(
      new RegExp(`^${serviceRoot}/accounts\\(${id(1)}\\)/contact_customer_accounts\\?\\$select=lastname&`),
    )
    expect(JSON.parse(second ?? '').contact_customer_accounts).toEqual([])
  })

  it('expands the owner to its base type and a reference to its address', () => {
    const [first, second] = show('accounts', { $select: 'name', $expand: 'ownerid' })
    expect(JSON.parse(first ?? '').ownerid).toEqual({
      '@odata.type': '#Microsoft.Dynamics.CRM.systemuser',
      ownerid: id(90),
    })
    expect(JSON.parse(second ?? '').ownerid['@odata.type']).toBe('#Microsoft.Dynamics.CRM.team')
    const [reference] = show('accounts', { $select: 'name', $expand: 'primarycontactid/$ref' })
    expect(JSON.parse(reference ?? '').primarycontactid).toEqual({
      '@odata.id': `${serviceRoot}/contacts(${id(11)})`,
    })
  })

  it('escapes what JSON must escape', () => {
    const json = formatRow({ name: 'a"b\\c\u2028\n', accountid: id(5) }, tableOf('accounts'), {
      schema,
      related,
      serviceRoot,
      select: parse('accounts', { $select: 'name' }).select,
    })
    expect(JSON.parse(json)).toMatchObject({ name: 'a"b\\c\u2028\n' })
  })
})

describe('formatContext()', () => {
  const context = (query: Readonly<Record<string, string>>, kind?: 'list' | 'entity' | 'delta') => {
    const { selected, expand } = parse('accounts', query)
    return formatContext({ serviceRoot, entitySet: 'accounts', selected, expand, kind })
  }

  it.each([
    [{}, undefined, '#accounts'],
    [{ $select: 'name,revenue' }, undefined, '#accounts(name,revenue)'],
    [{ $select: 'name' }, 'entity' as const, '#accounts(name)/$entity'],
    [{ $select: 'name' }, 'delta' as const, '#accounts(name)/$delta'],
    [
      { $select: 'name', $expand: 'primarycontactid($select=fullname)' },
      undefined,
      '#accounts(name,primarycontactid(fullname))',
    ],
    [{ $expand: 'primarycontactid' }, 'entity' as const, '#accounts(primarycontactid())/$entity'],
  ])('of %j as %s ends in %s', (query, kind, ending) => {
    expect(context(query as unknown as Record<string, string>, kind)).toBe(
      `${serviceRoot}/$metadata${ending}`,
    )
  })
})
