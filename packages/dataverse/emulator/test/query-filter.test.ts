import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ServiceError } from '../src/lib/http/service-error.js'
import type { StoredRow } from '../src/lib/schema/table-definition.js'
import { id, matching, parse, related } from './query-fixture.js'

function refusal(work: () => unknown): { status: number; code: string; message: string } {
  try {
    work()
  } catch (error) {
    if (error instanceof ServiceError) return error
    throw error
  }
  throw new Error('was not refused')
}

describe('$filter', () => {
  it.each<[string, number[]]>([
    ["name eq 'contoso'", [1]],
    ["name ne 'Contoso'", [2, 3]],
    ["name eq 'O''Neil'", [3]],
    ["'Contoso' eq name", [1]],
    ['numberofemployees gt 5', [2]],
    ['numberofemployees ge 5', [1, 2]],
    ['numberofemployees lt 6', [1]],
    ['not (numberofemployees lt 6)', [2, 3]],
    ['numberofemployees ne 5', [2, 3]],
    ['revenue eq null', [2]],
    ['revenue ne null', [1, 3]],
    ['revenue eq 2e4', [1]],
    ['revenue lt 5.5', [3]],
    ['creditonhold', [2]],
    ['not creditonhold', [1, 3]],
    ['creditonhold eq false', [1, 3]],
    ['revenue gt numberofemployees', [1]],
    [`accountid eq ${id(2)}`, [2]],
    [`accountid eq ${id(2).toUpperCase()}`, [2]],
    [`_primarycontactid_value eq ${id(11)}`, [1]],
    ['_primarycontactid_value eq null', [3]],
    ['versionnumber eq 9007199254740993', [1]],
    ['versionnumber lt 9007199254740993', [2, 3]],
    ['createdon ge 2026-03-20T09:00:00+01:00', [1, 2]],
    ['createdon lt 2026-03-20', [3]],
    ["contains(name,'RIK')", [2]],
    ["startswith(name,'con')", [1]],
    ["endswith(name,'SO')", [1]],
    ["contains(name,'f_br')", [2]],
    ["contains(name,'[0-9]')", [2]],
    ["contains(name,'100[%]')", [2]],
    ["startswith(name,'[^a-f]')", [3]],
    ["contains(name,'.')", []],
    ["not contains(accountnumber,'1')", [3]],
    ["contains(name,'o') eq false", [2]],
    ["contains(name,'[z-a]')", []],
    ["primarycontactid/fullname eq 'Zoe Ash'", [1]],
    ["primarycontactid/lastname ne 'Ash'", [2, 3]],
    ["contact_customer_accounts/any(c:c/lastname eq 'Bo')", [1]],
    ["contact_customer_accounts/all(c:c/lastname eq 'Bo')", [2, 3]],
    ['contact_customer_accounts/any()', [1]],
    ["contact_customer_accounts/any(c:c/lastname eq 'Bo' and name eq 'Contoso')", [1]],
    ["primarycontactid/contact_customer_contacts/any(c:c/lastname eq 'Dee')", [1]],
    ["contact_customer_accounts/any(c:c/contact_customer_contacts/any(d:d/lastname eq 'Dee'))", [1]],
    ["name eq 'x' or name eq 'Contoso' and numberofemployees eq 6", []],
    ["(name eq 'x' or name eq 'Contoso') and numberofemployees eq 5", [1]],
    ['Microsoft.Dynamics.CRM.In(PropertyName=\'numberofemployees\',PropertyValues=["5","500"])', [1, 2]],
    ["Microsoft.Dynamics.CRM.In(PropertyName='name',PropertyValues=['contoso','x'])", [1]],
    ["Microsoft.Dynamics.CRM.NotIn(PropertyName='numberofemployees',PropertyValues=['5'])", [2]],
    ["Microsoft.Dynamics.CRM.Between(PropertyName='numberofemployees',PropertyValues=['1','10'])", [1]],
    ["Microsoft.Dynamics.CRM.NotBetween(PropertyName='numberofemployees',PropertyValues=['1','10'])", [2]],
    ["Microsoft.Dynamics.CRM.Today(PropertyName='createdon')", [1]],
    ["Microsoft.Dynamics.CRM.Yesterday(PropertyName='createdon')", []],
    ["Microsoft.Dynamics.CRM.LastXDays(PropertyName='createdon',PropertyValue=5)", [1, 2]],
    ["Microsoft.Dynamics.CRM.LastXHours(PropertyName='createdon',PropertyValue=4)", [1]],
    ["Microsoft.Dynamics.CRM.NextXDays(PropertyName='createdon',PropertyValue=4)", []],
    ["Microsoft.Dynamics.CRM.OlderThanXDays(PropertyName='createdon',PropertyValue=10)", [3]],
    ["Microsoft.Dynamics.CRM.On(PropertyName='createdon',PropertyValue='2026-03-20')", [2]],
    ["Microsoft.Dynamics.CRM.OnOrAfter(PropertyName='createdon',PropertyValue='2026-03-20')", [1, 2]],
    ["Microsoft.Dynamics.CRM.OnOrBefore(PropertyName='createdon',PropertyValue='2026-03-20')", [2, 3]],
    ["Microsoft.Dynamics.CRM.EqualUserId(PropertyName='ownerid')", [1, 3]],
    ["Microsoft.Dynamics.CRM.NotEqualUserId(PropertyName='_ownerid_value')", [2]],
  ])('%s lets through %j', (filter, expected) => {
    expect(matching('accounts', filter)).toEqual(expected)
  })

  it('joins thousands of terms', () => {
    const terms = Array.from({ length: 6000 }, (_, n) => `revenue eq ${n + 1}`)
    expect(matching('accounts', terms.join(' or '))).toEqual([3])
    expect(matching('accounts', terms.map((term) => `not (${term})`).join(' and '))).toEqual([1, 2])
  })

  it('compares dates without time and choices of several', () => {
    expect(matching('contacts', 'birthdate eq 1990-05-01')).toEqual([11])
    const values = (name: string) =>
      matching('new_things', `Microsoft.Dynamics.CRM.${name}(PropertyName='new_colors',PropertyValues=['1'])`)
    expect(values('ContainValues')).toEqual([21])
    expect(values('DoesNotContainValues')).toEqual([22])
  })

  it('puts in parameter aliases; one without a value counts as null', () => {
    expect(matching('accounts', 'name eq @p1', { '@p1': "'Contoso'" })).toEqual([1])
    expect(matching('accounts', 'revenue eq @p1')).toEqual([2])
    const call = 'Microsoft.Dynamics.CRM.In(PropertyName=@p1,PropertyValues=@p2)'
    const list = (text: string) => () =>
      matching('accounts', call, { '@p1': "'numberofemployees'", '@p2': text })
    expect(list('["5","500"]')()).toEqual([1, 2])
    expect(list("['5']")()).toEqual([1])
    expect(list('[]')()).toEqual([])
    for (const bad of ['["5"', '["5",]', '["5" "6"]', '[name]', '["5"]]']) {
      expect(list(bad), bad).toThrow('Syntax error')
    }
  })

  it.each<[string, string]>([
    ["name eq 'Contoso", 'position 8'],
    ['name eq', 'position 7'],
    ['name', 'cannot stand for a condition'],
    ['name eq eq', "'eq'"],
    ['(revenue eq 5', "')' expected"],
    ['revenue eq 5)', 'position 12'],
    ['revenue eq 5 revenue', 'position 13'],
    ['and revenue eq 5', 'position 4'],
    ['revenue ~ 5', 'position 8'],
    ['nope eq 5', "Could not find a property named 'nope' on type 'Microsoft.Dynamics.CRM.account'."],
    ['primarycontactid eq 5', "'primarycontactid' on type"],
    ['primarycontactid/nope eq 5', "type 'Microsoft.Dynamics.CRM.contact'"],
    ['nope/name eq 5', "'nope'"],
    ["contact_customer_accounts/lastname eq 'x'", 'any or all'],
    ["primarycontactid/any(c:c/lastname eq 'x')", 'leads to one row'],
    ["contact_customer_accounts/any(c:d/lastname eq 'x')", "'d'"],
    ['contact_customer_accounts/any(5)', 'a variable expected'],
    ["revenue eq 'x'", 'incompatible types'],
    ['name eq 5', "'Edm.String' and 'Edm.Int32'"],
    ['contains(revenue,5)', 'cannot stand for'],
    ['contains(name)', "',' expected"],
    ['5', 'a comparison expected'],
    ['createdon eq 2026-13-45', 'no such date'],
    ['', 'position 0'],
    ['('.repeat(500), 'nested too deeply'],
    ["contains(name,'x') eq 5", "'true' or 'false' expected"],
    ["Microsoft.Dynamics.CRM.In(PropertyValues=['5'])", 'PropertyName'],
    ["Microsoft.Dynamics.CRM.In(PropertyName='numberofemployees')", 'PropertyValues'],
    ["Microsoft.Dynamics.CRM.In(PropertyName='numberofemployees',PropertyValues=['x'])", "'x' is not"],
    ["Microsoft.Dynamics.CRM.In(PropertyName='nope',PropertyValues=['x'])", "'nope'"],
    ["Microsoft.Dynamics.CRM.Between(PropertyName='revenue',PropertyValues=['1'])", 'two PropertyValues'],
    ["Microsoft.Dynamics.CRM.LastXDays(PropertyName='createdon',PropertyValue=-1)", 'positive whole number'],
    ["Microsoft.Dynamics.CRM.LastXDays(PropertyName='name',PropertyValue=1)", 'a date column'],
    ["Microsoft.Dynamics.CRM.EqualUserId(PropertyName='name')", 'a lookup column'],
    ["Microsoft.Dynamics.CRM.ContainValues(PropertyName='name',PropertyValues=['1'])", 'a column of choices'],
  ])('refuses %j with 400 and says %j', (filter, message) => {
    const error = refusal(() => matching('accounts', filter))
    const code = /Could not find a property/.test(error.message) ? '0x0' : '0x80060888'
    expect(error).toMatchObject({ status: 400, code })
    expect(error.message).toContain(message)
  })

  it.each([
    ["tolower(name) eq 'x'", 'tolower'],
    ['year(createdon) eq 2026', 'year'],
    ["Microsoft.Dynamics.CRM.Above(PropertyName='accountid',PropertyValue='x')", 'Above'],
    ["Microsoft.Dynamics.CRM.constructor(PropertyName='accountid')", 'constructor'],
    ['contact_customer_accounts/sum(c:c/x)', 'sum'],
  ])('answers 501 to %j and names the function', (filter, name) => {
    const error = refusal(() => matching('accounts', filter))
    expect(error.status).toBe(501)
    expect(error.message).toContain(name)
  })

  it('never fails in any other way than with a service error, whatever the text', () => {
    const words = fc.constantFrom(
      ..."name|revenue|eq|ne|and|or|not|(|)|'a'|'|5|null|true|,|/|:|=|[|]|@p|contains(|any(|all(|c:|"
        .concat('2026-01-01|Microsoft.Dynamics.CRM.In(|PropertyName=|primarycontactid|ownerid|"')
        .split('|'),
    )
    const text = fc.oneof(
      fc.string(),
      fc.array(words).map((list) => list.join(' ')),
    )
    fc.assert(
      fc.property(text, (filter) => {
        try {
          matching('accounts', filter)
        } catch (error) {
          expect(error).toBeInstanceOf(ServiceError)
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('$filter against a naive evaluation', () => {
  type Truth = (row: StoredRow) => boolean
  interface Case {
    readonly text: string
    readonly truth: Truth
  }
  const numbers = fc.integer({ min: -3, max: 3 })
  const texts = fc.constantFrom('', 'a', 'A', 'b', "it's", 'ab')
  const operators = fc.constantFrom('eq', 'ne', 'gt', 'ge', 'lt', 'le')

  const compare = (operator: string, a: unknown, b: unknown): boolean => {
    if (operator === 'eq') return a === b
    if (operator === 'ne') return a !== b
    if (a === null || b === null) return false
    const [x, y] = [a as number, b as number]
    return operator === 'gt' ? x > y : operator === 'ge' ? x >= y : operator === 'lt' ? x < y : x <= y
  }
  const fold = (value: unknown): unknown => (typeof value === 'string' ? value.toLowerCase() : value)
  const leaf: fc.Arbitrary<Case> = fc.oneof(
    fc.record({ operator: operators, value: fc.option(numbers) }).map(({ operator, value }) => ({
      text: `numberofemployees ${operator} ${value}`,
      truth: (row: StoredRow) => compare(operator, row.numberofemployees, value),
    })),
    fc.record({ operator: operators, value: fc.option(texts) }).map(({ operator, value }) => ({
      text: `name ${operator} ${value === null ? null : `'${value.replaceAll("'", "''")}'`}`,
      truth: (row: StoredRow) => compare(operator, fold(row.name), fold(value)),
    })),
    fc.constant({ text: 'creditonhold', truth: (row: StoredRow) => row.creditonhold === true }),
  )
  const { expression } = fc.letrec<{ expression: Case }>((tie) => ({
    expression: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      leaf,
      fc.tuple(tie('expression'), tie('expression'), fc.boolean()).map(([a, b, both]) => ({
        text: `(${a.text}) ${both ? 'and' : 'or'} (${b.text})`,
        truth: (row: StoredRow) => (both ? a.truth(row) && b.truth(row) : a.truth(row) || b.truth(row)),
      })),
      tie('expression').map((inner) => ({
        text: `not (${inner.text})`,
        truth: (row: StoredRow) => !inner.truth(row),
      })),
    ),
  }))
  const row = fc.record({
    numberofemployees: fc.option(numbers),
    name: fc.option(texts),
    creditonhold: fc.boolean(),
  })

  it('agrees on random expressions and rows', () => {
    fc.assert(
      fc.property(expression, row, ({ text, truth }, values) => {
        const { filter } = parse('accounts', { $filter: text })
        expect(filter?.(values, related)).toBe(truth(values))
      }),
      { numRuns: 1000 },
    )
  })
})
