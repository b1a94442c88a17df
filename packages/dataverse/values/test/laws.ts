import type { ColumnKind, DateBehavior } from '@deltaverse/metadata'

/** Sources that mean one and the same value of a column, and values that no column of the kind holds. */
export interface KindCase {
  readonly kind: ColumnKind
  readonly behavior?: DateBehavior
  readonly equal: readonly (readonly unknown[])[]
  readonly refused: readonly unknown[]
}

const notFinite = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
const invalid = new Date(Number.NaN)

/** Every kind of column that a row can be written with. */
export const kindCases: readonly KindCase[] = [
  {
    kind: 'text',
    equal: [
      ['a'],
      ['Zoë \u{1F600}\t\r\n'],
      [17, 17n, '17'],
      [0, -0, '0'],
      [9_007_199_254_740_993n, '9007199254740993'],
    ],
    refused: [
      ...notFinite,
      1.5,
      1e21,
      2 ** 53,
      'a\u0000',
      '\u000b',
      '\ufffe',
      'a\ud83d',
      '\ude00',
      {},
      true,
      invalid,
    ],
  },
  {
    kind: 'whole-number',
    equal: [[5, 5n, '5', '005', '+5']],
    refused: [...notFinite, 1.5, '1.5', 2 ** 31, 'x', '', {}],
  },
  {
    kind: 'big-integer',
    equal: [
      [9_007_199_254_740_993n, '9007199254740993'],
      [-(2n ** 63n), '-9223372036854775808'],
      [7, 7n, '7'],
    ],
    refused: [...notFinite, 2 ** 53, 2n ** 63n, '1.5', ''],
  },
  {
    kind: 'decimal',
    equal: [[12.5, '12.50', '+12.5'], ['12345678901.0123456789'], [-3, -3n, '-3'], [0, -0, '-0.00']],
    refused: [...notFinite, '1e5', '1,5', ' ', {}],
  },
  { kind: 'money', equal: [[19.9, '19.90'], ['922337203685477.5807']], refused: [...notFinite, '€ 5', ''] },
  {
    kind: 'double',
    equal: [
      [0.1, '0.1', '0.10'],
      [1e21, '1000000000000000000000'],
    ],
    refused: [...notFinite, '0.10000000000000001', 'x'],
  },
  {
    kind: 'boolean',
    equal: [
      [true, 1, '1', 'TRUE'],
      [false, 0, 'false'],
    ],
    refused: [...notFinite, 2, 'perhaps', ''],
  },
  { kind: 'choice', equal: [[100_000, '100000', 100_000n]], refused: [...notFinite, 1.5, 2 ** 40, 'Red'] },
  {
    kind: 'choices',
    equal: [
      [[3, 1], '3,1', ['3', 1], [3n, 1, 3]],
      [[2], 2, '2'],
    ],
    refused: [...notFinite, [1, 'x'], [Number.NaN], 'Red'],
  },
  {
    kind: 'date',
    behavior: 'DateOnly',
    equal: [
      [
        '2029-06-01',
        '2029-06-01T00:00:00Z',
        '2029-06-01T00:00',
        new Date(2029, 5, 1),
        new Date(Date.UTC(2029, 5, 1)),
      ],
      ['2018-11-04', new Date(2018, 10, 4)],
    ],
    refused: [
      '2026-02-31',
      '2026-03-25T17:42:47',
      '2026-03-25T00:00:00+02:00',
      new Date(2029, 5, 1, 0, 7),
      invalid,
      '',
      5,
    ],
  },
  {
    kind: 'date',
    behavior: 'UserLocal',
    equal: [
      ['2026-03-25T17:42:47Z', '2026-03-25T18:42:47.5+01:00', new Date(Date.UTC(2026, 2, 25, 17, 42, 47, 9))],
    ],
    refused: ['2026-03-25', '2026-03-25T17:42:47', '2026-02-31T00:00:00Z', invalid, 'tomorrow', 5],
  },
  {
    kind: 'date',
    behavior: 'TimeZoneIndependent',
    equal: [['2026-03-25T17:42', '2026-03-25T17:42:00Z', new Date(Date.UTC(2026, 2, 25, 17, 42))]],
    refused: ['2026-03-25T17:42:00+02:00', '2026-02-31T17:42:00', invalid, '2026-03-25'],
  },
  {
    kind: 'guid',
    equal: [['A0000000-0000-4000-8000-00000000000F', 'a0000000-0000-4000-8000-00000000000f']],
    refused: ['x', 5, ''],
  },
]
