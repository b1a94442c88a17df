import type { ColumnKind, ColumnMetadata, TableMetadata } from '@deltaverse/metadata'
import { describe, expect, it } from 'vitest'
import { typeKey } from '../key/typed-key.js'
import { planQueries } from './plan-queries.js'

const column = (logicalName: string, kind: ColumnKind): ColumnMetadata => ({
  logicalName,
  kind,
  isPrimaryId: kind === 'guid',
  validForCreate: true,
  validForUpdate: true,
  attributeOf: undefined,
  targets: [],
})
const columns = [
  column('thingid', 'guid'),
  column('code', 'text'),
  column('size', 'whole-number'),
  column('rate', 'decimal'),
]
const table: TableMetadata = {
  logicalName: 'thing',
  entitySetName: 'things',
  primaryIdColumn: 'thingid',
  primaryNameColumn: undefined,
  columns: new Map(columns.map((each) => [each.logicalName, each])),
  keys: [],
}
const typing = { details: new Map(), textComparison: 'ignore-case' } as const
const limits = { maxUrlLength: 32_000, maxKeysPerRequest: 1_000 }
const plan = (keys: object[], changed: Partial<typeof limits> = {}) => {
  const typed = keys.map((key) => typeKey(table, { ...key }, typing))
  const [only, ...others] = typed[0]?.columns ?? []
  const kind = others.length > 0 || only === undefined ? undefined : table.columns.get(only)?.kind
  const target = { entitySetName: 'things', kind, select: ['thingid'], serviceRootLength: 60 }
  return planQueries(typed, target, { ...limits, ...changed })
}
const count = (length: number, make: (index: number) => object) =>
  Array.from({ length }, (_, index) => make(index))

describe('planQueries()', () => {
  it('lists texts and whole numbers, and compares what In could misread', () => {
    const [query] = plan([{ code: 'A1' }, { code: "O'N" }, { code: 'B 2' }]).queries
    expect(decodeURIComponent(query!.path)).toBe(
      `things?$select=thingid&$filter=Microsoft.Dynamics.CRM.In(PropertyName='code',PropertyValues=["A1","B 2"])` +
        ` or code eq 'O''N'`,
    )
    expect(plan([{ size: 5 }]).queries[0]?.path).toContain('PropertyValues=[%225%22]')
    expect(plan([{ rate: '5.0' }]).queries[0]?.path).toContain('rate%20eq%205')
  })

  it('asks for no more than 500 comparisons at a time', () => {
    const conditions = (path: string) => path.split('%20eq%20').length - 1
    const single = plan(count(1_000, (index) => ({ rate: index }))).queries
    expect(single.map(({ keys }) => keys.length)).toEqual([499, 499, 2])
    const composite = plan(count(600, (index) => ({ code: `A${index}`, size: index }))).queries
    for (const { path } of [...single, ...composite]) expect(conditions(path)).toBeLessThanOrEqual(500)
    expect(composite.reduce((sum, { keys }) => sum + keys.length, 0)).toBe(600)
  })

  it('asks apart for what differs in case only, so that the service says whether it is one row', () => {
    const queries = plan([{ code: 'A' }, { code: 'b' }, { code: 'a' }]).queries
    expect(queries.map(({ keys }) => keys.map(({ parts }) => parts[0].value.text))).toEqual([
      ['A', 'b'],
      ['a'],
    ])
  })

  it('keeps to the limits of keys and of the URL, and leaves over what fits nowhere', () => {
    expect(
      plan(
        count(25, (index) => ({ size: index })),
        { maxKeysPerRequest: 10 },
      ).queries,
    ).toHaveLength(3)
    const long = plan([...count(400, (index) => ({ code: `${index}é(*)` })), { code: 'x'.repeat(900) }], {
      maxUrlLength: 1_000,
    })
    for (const { path } of long.queries) expect(path.length + 60).toBeLessThanOrEqual(1_000)
    expect(long.tooLong.map(({ parts }) => parts[0]?.value.text.length)).toEqual([900])
    expect(plan([]).queries).toEqual([])
  })
})
