import { formatExactJson } from '@deltaverse/schema'
import { planKey } from '@deltaverse/values'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ColumnPlan } from '../plan/column-plan.js'
import type { WriterColumn } from '../plan/table-port.js'
import { usualStates } from '../plan/table-states.js'
import { toWriterSettings, type UpsertWriterOptions } from '../writer-options.js'
import type { PendingRow } from './pending-row.js'
import { bodyText, bytesOf, columnsOf } from './row-facts.js'
import { type Content, partBytes } from './row-state.js'
import { beginAttempt, keepSentBody } from './row-steps.js'
import { createColumnReader } from './wire-columns.js'

const kinds = {
  productid: 'guid',
  productnumber: 'text',
  name: 'text',
  price: 'money',
  statecode: 'state',
  statuscode: 'status',
  vendorid: 'lookup',
} as const

const columns = new Map(
  Object.entries(kinds).map(([logicalName, kind]): [string, WriterColumn] => [
    logicalName,
    {
      logicalName,
      kind,
      targets: kind === 'lookup' ? [{ table: 'account', navigationProperty: 'vendorid' }] : [],
    },
  ]),
)

const table = {
  logicalName: 'product',
  entitySetName: 'products',
  primaryIdColumn: 'productid',
  columns,
  keys: [{ logicalName: 'key', columns: ['productnumber'], indexStatus: 'Active' as const }],
}

function planOf(options: Partial<UpsertWriterOptions> = {}): ColumnPlan {
  const resolved = toWriterSettings({ entitySet: 'products', key: ['productnumber'], ...options })
  return {
    table,
    options: resolved,
    key: planKey(table, ['productnumber'], new Map()),
    dates: new Map(),
    states: usualStates,
  }
}

const value = fc.oneof(
  { weight: 6, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
  { weight: 6, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0) },
  { weight: 4, arbitrary: fc.constantFrom(null, undefined, true, '\uD800', 'a"b\\\n', 'ü€😀') },
  { weight: 1, arbitrary: fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }) },
  { weight: 1, arbitrary: fc.constantFrom(5n, 9_007_199_254_740_993n, ['a'], { a: [1] }) },
)
const name = fc.constantFrom(
  ...Object.keys(kinds),
  'new_any',
  '@odata.etag',
  'price@OData.Community.Display.V1.FormattedValue',
  'vendorid@odata.bind',
  'ownerid@odata.bind',
  '_vendorid_value',
)
const row = fc.uniqueArray(fc.tuple(name, value), { selector: ([each]) => each, maxLength: 9 })

describe('createColumnReader()', () => {
  it.each<Partial<UpsertWriterOptions>>([
    {},
    { nulls: 'skip' },
    { operation: 'update', separateOwner: true },
    { operation: 'create' },
  ])('says of plain rows by the short way what it says by the long one (%j)', (options) => {
    const read = createColumnReader(planOf(options))
    fc.assert(
      fc.property(row, (entries) => {
        const given = Object.fromEntries(entries)
        // No row with a date goes the short way.
        expect(outcomeOf(read, given)).toEqual(outcomeOf(read, { ...given, new_date: new Date(0) }))
      }),
      { numRuns: 400 },
    )
  })

  it('knows the size of what it wrote', () => {
    const content = createColumnReader(planOf())({ productnumber: 'A', name: 'ü', price: null })
    const { body, bytes } = content
    const request = Buffer.from(`…${body}…`)
    expect(bytes).toBe(Buffer.byteLength(body ?? '') + partBytes)
    const pending = {
      index: 0,
      state: { kind: 'prepared', id: undefined, ownId: false, ...content },
    } as unknown as PendingRow
    beginAttempt(pending)
    keepSentBody(pending, request, request.length - Buffer.byteLength('…'))
    expect(pending.state).toMatchObject({ kind: 'in-flight', at: { body: undefined } })
    expect(bytesOf(pending)).toBe(bytes)
    expect(bodyText(pending)).toBe('{"name":"ü","price":null}')
    expect(columnsOf(pending)).toEqual({ name: 'ü', price: null })
  })
})

function outcomeOf(read: ReturnType<typeof createColumnReader>, given: Record<string, unknown>): unknown {
  try {
    const wire = read(given)
    const { new_date: _, ...first } = JSON.parse(textOf(wire))
    return { first, followUps: JSON.parse(JSON.stringify(wire.followUps)) }
  } catch (error) {
    return (error as Error).message
  }
}

function textOf({ body, columns: found }: Pick<Content, 'columns' | 'body'>): string {
  return body ?? formatExactJson(found)
}
