import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ColumnType, columnKinds } from './column-type.js'
import { isAllowed, planEvolution } from './evolution.js'
import { diffSchemas, isSameSchema } from './schema-diff.js'
import type { ColumnSchema, TableSchema } from './table-schema.js'
import { isWidening } from './widening.js'

const limit = fc.integer({ min: 1, max: 12 })
const columnType: fc.Arbitrary<ColumnType> = fc.oneof(
  fc.constantFrom(...columnKinds).map((kind): ColumnType => ({ kind })),
  limit.map((maxLength): ColumnType => ({ kind: 'text', maxLength })),
  fc
    .tuple(limit, limit)
    .map(([whole, scale]): ColumnType => ({ kind: 'decimal', precision: whole + scale, scale })),
)

function tableOf(
  types: Readonly<Record<string, ColumnType>>,
  primaryKey: readonly string[] = ['id'],
): TableSchema {
  const columns = Object.entries(types).map(([name, type]): ColumnSchema => ({ name, type, nullable: true }))
  return { name: 'things', columns, primaryKey }
}

describe('isWidening()', () => {
  it('is an order: of itself, and over what lies between', () => {
    fc.assert(
      fc.property(columnType, columnType, columnType, (a, b, c) => {
        expect(isWidening(a, a)).toBe(true)
        if (isWidening(a, b) && isWidening(b, c)) expect(isWidening(a, c)).toBe(true)
      }),
      { numRuns: 5_000 },
    )
  })

  const wider: readonly (readonly [ColumnType, ColumnType, boolean])[] = [
    [{ kind: 'int32' }, { kind: 'int64' }, true],
    [{ kind: 'int64' }, { kind: 'int32' }, false],
    [{ kind: 'int32' }, { kind: 'double' }, true],
    [{ kind: 'int64' }, { kind: 'double' }, false],
    [{ kind: 'int64' }, { kind: 'decimal', precision: 19, scale: 0 }, true],
    [{ kind: 'int64' }, { kind: 'decimal', precision: 19, scale: 1 }, false],
    [{ kind: 'decimal', precision: 10, scale: 2 }, { kind: 'decimal' }, true],
    [{ kind: 'decimal' }, { kind: 'decimal', precision: 38, scale: 10 }, false],
    [{ kind: 'text', maxLength: 10 }, { kind: 'text', maxLength: 20 }, true],
    [{ kind: 'text' }, { kind: 'text', maxLength: 20 }, false],
    [{ kind: 'date' }, { kind: 'timestamptz' }, false],
    [{ kind: 'double' }, { kind: 'decimal' }, false],
    [{ kind: 'int32' }, { kind: 'text' }, false],
  ]
  it.each(wider)('%j to %j: %s', (from, to, widens) => {
    expect(isWidening(from, to)).toBe(widens)
  })
})

describe('diffSchemas()', () => {
  it('finds nothing between a schema and itself in another order', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), columnType, { maxKeys: 6 }), (types) => {
        const schema = tableOf(types)
        expect(isSameSchema(schema, { ...schema, columns: [...schema.columns].reverse() })).toBe(true)
      }),
    )
  })

  it('tells what came, what went and what has another type', () => {
    const before = tableOf({ id: { kind: 'uuid' }, a: { kind: 'int32' }, b: { kind: 'text' } })
    const after = tableOf({ id: { kind: 'uuid' }, a: { kind: 'int64' }, c: { kind: 'date' } }, ['id', 'c'])
    const { added, removed, changed, primaryKeyChanged } = diffSchemas(before, after)
    expect([added, removed].map((columns) => columns.map(({ name }) => name))).toEqual([['c'], ['b']])
    expect(changed).toMatchObject([{ name: 'a', widens: true }])
    expect(primaryKeyChanged).toBe(true)
    expect(isSameSchema(before, after)).toBe(false)
  })

  it('counts a column that must be filled from now on as narrowed', () => {
    const before = tableOf({ a: { kind: 'text' } })
    const after = { ...before, columns: before.columns.map((column) => ({ ...column, nullable: false })) }
    expect(diffSchemas(before, after).changed).toMatchObject([{ widens: false }])
    expect(diffSchemas(after, before).changed).toMatchObject([{ widens: true }])
  })
})

describe('planEvolution()', () => {
  const before = tableOf({ id: { kind: 'uuid' }, a: { kind: 'int32' }, gone: { kind: 'text' } })
  const added = tableOf({ id: { kind: 'uuid' }, a: { kind: 'int32' }, b: { kind: 'text' } })
  const widened = tableOf({ id: { kind: 'uuid' }, a: { kind: 'int64' } })
  const narrowed = tableOf({ id: { kind: 'uuid' }, a: { kind: 'boolean' } })

  it.each([
    ['refuse', [false, false, false]],
    ['add', [true, false, false]],
    ['widen', [true, true, false]],
  ] as const)('%s', (policy, allowed) => {
    const plans = [added, widened, narrowed].map((after) => planEvolution(diffSchemas(before, after), policy))
    expect(plans.map(isAllowed)).toEqual(allowed)
  })

  it('has nothing to do about a column that is no longer wanted', () => {
    const after = tableOf({ id: { kind: 'uuid' }, a: { kind: 'int32' } })
    const plan = planEvolution(diffSchemas(before, after), 'refuse')
    expect(isAllowed(plan)).toBe(true)
    expect([plan.add, plan.widen]).toEqual([[], []])
  })

  it('never takes another primary key', () => {
    const plan = planEvolution(diffSchemas(before, { ...before, primaryKey: ['a'] }), 'widen')
    expect(isAllowed(plan)).toBe(false)
  })
})
