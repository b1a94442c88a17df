import type { ColumnKind } from '@deltaverse/metadata'
import { describe, expect, it } from 'vitest'
import type { ValueColumn } from '../column/value-rules.js'
import { type KeyedTable, planKey } from './key-plan.js'
import { partsOfKey, typeRowKey } from './row-key.js'

function tableOf(kinds: Readonly<Record<string, ColumnKind>>): KeyedTable {
  const columns = Object.entries(kinds).map(([logicalName, kind]): [string, ValueColumn] => [
    logicalName,
    {
      logicalName,
      kind,
      targets: kind === 'lookup' ? [{ table: 'contact', navigationProperty: 'To_Contact' }] : [],
    },
  ])
  return {
    logicalName: 'thing',
    entitySetName: 'things',
    primaryIdColumn: 'thingid',
    columns: new Map(columns),
    keys: [{ logicalName: 'key', columns: Object.keys(kinds), indexStatus: 'Active' }],
  }
}

const guid = 'A0000000-0000-4000-8000-00000000000F'

function typed(kind: ColumnKind, value: unknown): string {
  const plan = planKey(tableOf({ x: kind }), ['x'], new Map())
  return partsOfKey(plan, typeRowKey(plan, { x: value }))[0].value.text
}

describe('typeRowKey()', () => {
  it.each<[ColumnKind, unknown, string]>([
    ['text', 'A 1', 'A 1'],
    ['text', 17, '17'],
    ['whole-number', '007', '7'],
    ['whole-number', -5, '-5'],
    ['choice', 100_000, '100000'],
    ['decimal', '12.50', '12.5'],
    ['decimal', '-0.00', '0'],
    ['decimal', 3, '3'],
    ['money', '12.50', '12.5'],
    ['status', 2, '2'],
    ['text', 4_006_381_333_931_000_123n, '4006381333931000123'],
    ['big-integer', '9007199254740993', '9007199254740993'],
    ['guid', guid, guid.toLowerCase()],
    ['lookup', `/contacts(${guid})`, guid.toLowerCase()],
    ['date', '2026-03-25T18:42:47.5+01:00', '2026-03-25T17:42:47Z'],
    ['date', new Date(Date.UTC(2026, 2, 25)), '2026-03-25T00:00:00Z'],
  ])('writes %s %s as the service reads it', (kind, value, text) => {
    expect(typed(kind, value)).toBe(text)
  })

  it.each<[ColumnKind, unknown]>([
    ['text', null],
    ['text', ''],
    ['text', {}],
    ['whole-number', '5.5'],
    ['whole-number', 'five'],
    ['decimal', '1e5'],
    ['guid', 'x'],
    ['date', 'tomorrow'],
    ['date', '2026-13-45T00:00:00Z'],
    ['choices', '1,2'],
    ['text', ' \t'],
    ['text', Number.NaN],
    ['text', 1.5],
    ['text', 1e21],
    ['text', Number(4_006_381_333_931_000_123n)],
    ['text', 'a\u0000'],
    ['whole-number', Number.POSITIVE_INFINITY],
    ['big-integer', 2 ** 53],
    ['double', 5],
    ['date', '2026-02-31T00:00:00Z'],
    ['date', '2026-03-25T17:42:47'],
    ['date', new Date(Number.NaN)],
  ])('refuses %s %s, naming the column', (kind, value) => {
    expect(() => typed(kind, value)).toThrow("'x'")
  })

  it('finds a look-up under any of its names', () => {
    const plan = planKey(tableOf({ to: 'lookup' }), ['_to_value'], new Map())
    for (const name of ['to', '_to_value', 'To_Contact@odata.bind']) {
      expect(partsOfKey(plan, typeRowKey(plan, { [name]: guid }))).toEqual([
        { name: '_to_value', value: { kind: 'bare', text: guid.toLowerCase() } },
      ])
    }
  })

  it('puts what the database may take for one row into one lane, and tells it apart all the same', () => {
    const plan = planKey(tableOf({ x: 'text' }), ['x'], new Map())
    const [a, b] = ['Zoë ', 'ZOE'].map((x) => typeRowKey(plan, { x }))
    expect(a!.lane).toBe(b!.lane)
    expect(a!.identity).not.toBe(b!.identity)
  })

  it('knows characters that no address takes', () => {
    const plan = planKey(tableOf({ x: 'text', at: 'date' }), ['at', 'x'], new Map())
    const at = '2026-03-25T17:42:47Z'
    expect(typeRowKey(plan, { x: 'a b', at }).unaddressable).toBe(false)
    for (const character of '/<>*%&:\\?+#')
      expect(typeRowKey(plan, { x: `a${character}`, at }).unaddressable).toBe(true)
  })
})
