import { createUpsertWriter, type UpsertWriterOptions, type WriteResult } from '@deltaverse/dataverse'
import { type ColumnDefinition, type Emulator, startEmulator } from '@deltaverse/emulator'
import { parseExactJson } from '@deltaverse/schema'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRecordingClient, type RecordingClient } from './recording-client.js'

type AnyRow = Record<string, unknown>

const options = [1, 2, 3].map((value) => ({ value, label: `L${value}` }))
const columns: readonly ColumnDefinition[] = [
  { logicalName: 'new_code', type: 'string', maxLength: 100 },
  { logicalName: 'new_text', type: 'string', maxLength: 100 },
  { logicalName: 'new_memo', type: 'memo' },
  { logicalName: 'new_whole', type: 'integer' },
  { logicalName: 'new_big', type: 'bigint' },
  { logicalName: 'new_decimal', type: 'decimal', precision: 10 },
  { logicalName: 'new_money', type: 'money', precision: 4 },
  { logicalName: 'new_double', type: 'double' },
  { logicalName: 'new_flag', type: 'boolean' },
  { logicalName: 'new_choice', type: 'picklist', options },
  { logicalName: 'new_choices', type: 'multiselectpicklist', options },
  { logicalName: 'new_day', type: 'datetime', dateTimeBehavior: 'DateOnly' },
  { logicalName: 'new_moment', type: 'datetime', dateTimeBehavior: 'UserLocal' },
  { logicalName: 'new_clock', type: 'datetime', dateTimeBehavior: 'TimeZoneIndependent' },
]

let emulator: Emulator
let recording: RecordingClient

beforeEach(async () => {
  emulator = await startEmulator({
    tables: [
      {
        logicalName: 'new_value',
        schemaName: 'new_Value',
        primaryNameColumn: 'new_code',
        ownership: 'OrganizationOwned',
        columns,
        keys: [{ logicalName: 'new_valuecode', columns: ['new_code'] }],
      },
    ],
  })
  recording = createRecordingClient(emulator.url)
})

afterEach(async () => {
  await recording.client.close()
  await emulator.close()
})

function writerOf(changed: Partial<UpsertWriterOptions<AnyRow>> = {}) {
  return createUpsertWriter<AnyRow>(recording.client, {
    entitySet: 'new_values',
    key: ['new_code'],
    clock: recording.clock,
    ...changed,
  })
}

async function resultsOf(rows: readonly AnyRow[], changed: Partial<UpsertWriterOptions<AnyRow>> = {}) {
  const results: WriteResult<AnyRow>[] = []
  for await (const result of writerOf(changed).results(rows)) results.push(result)
  return results.sort((a, b) => a.index - b.index)
}

async function read(name: string): Promise<unknown[]> {
  const path = `new_values?$select=new_code,${name}&$orderby=new_code`
  const response = await recording.client.request({ method: 'GET', path, buffered: true })
  const { value } = parseExactJson(await response.text()) as { value: AnyRow[] }
  return value.map((row) => row[name])
}

/** By column: values in the clothes of many sources, and what each is in the table. */
const stored: Readonly<Record<string, readonly (readonly [unknown, unknown])[]>> = {
  new_text: [
    ['a"\n', 'a"\n'],
    ['Zoë \u{1F600}', 'Zoë \u{1F600}'],
    [17, '17'],
    [4_006_381_333_931_000_123n, '4006381333931000123'],
  ],
  new_memo: [
    ['C:\\bin\\u0000', 'C:\\bin\\u0000'],
    ['', ''],
  ],
  new_whole: [
    [5, 5],
    ['007', 7],
    [-3n, -3],
  ],
  new_big: [
    [9_007_199_254_740_993n, '9007199254740993'],
    ['-9223372036854775808', '-9223372036854775808'],
    [7, 7],
  ],
  new_decimal: [
    [12.5, 12.5],
    ['12.50', 12.5],
    ['0.0000001', 1e-7],
    [3n, 3],
  ],
  new_money: [
    [19.9, 19.9],
    ['19.9000', 19.9],
  ],
  new_double: [
    [1e-7, 1e-7],
    ['0.25', 0.25],
  ],
  new_flag: [
    [true, true],
    ['false', false],
    [1, true],
  ],
  new_choice: [
    [2, 2],
    ['3', 3],
  ],
  new_choices: [
    [[3, 1], '3,1'],
    ['2', '2'],
    [[], null],
  ],
  new_day: [
    ['2029-06-01', '2029-06-01'],
    ['2029-06-01T00:00:00Z', '2029-06-01'],
    [new Date(2029, 5, 1), '2029-06-01'],
    [new Date(Date.UTC(2029, 5, 30)), '2029-06-30'],
  ],
  new_moment: [
    ['2026-03-25T18:42:47+01:00', '2026-03-25T17:42:47Z'],
    [new Date(Date.UTC(2026, 0, 31, 1, 2, 3)), '2026-01-31T01:02:03Z'],
  ],
  new_clock: [
    ['2026-03-25T08:00', '2026-03-25T08:00:00Z'],
    ['2026-03-29T02:30:00Z', '2026-03-29T02:30:00Z'],
  ],
}

const notFinite = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]

/** By column: what it can never hold. */
const refused: Readonly<Record<string, readonly unknown[]>> = {
  new_text: [...notFinite, 1.5, 1e21, 2 ** 53, 'a\u0000', 'a\b', 'a\f', '\ufffe', 'x\uffff', '\ud83d', {}],
  new_memo: [...notFinite, 'line\u001b[0m'],
  new_whole: [...notFinite, 1.5, 2 ** 31, '1.5', ''],
  new_big: [...notFinite, 2 ** 53, 2n ** 63n, '1e3'],
  new_decimal: [...notFinite, '1e5', '1,5', 'x'],
  new_money: [...notFinite, '€ 5'],
  new_double: [...notFinite, '0.10000000000000001'],
  new_flag: [...notFinite, 2, 'perhaps'],
  new_choice: [...notFinite, 1.5, 'Red'],
  new_choices: [...notFinite, [1, Number.NaN], ['x']],
  new_day: ['2026-02-31', '2026-03-25T17:42:47Z', new Date(2029, 5, 1, 0, 7), new Date(Number.NaN), 5, ''],
  new_moment: ['2026-03-25T17:42:47', '2026-03-25', '2026-02-31T00:00:00Z', new Date(Number.NaN)],
  new_clock: ['2026-03-25T08:00:00+02:00', '2026-02-31T08:00', new Date(Number.NaN)],
}

const strategies = ['bulk', 'batch', 'single'] as const

describe('values on their way into the table', () => {
  it.each(strategies)('store what they mean, and are unchanged the second time (%s)', async (strategy) => {
    for (const [name, cases] of Object.entries(stored)) {
      const rows = cases.map(([value], at) => ({ new_code: `${name}-${at}`, [name]: value }))
      const results = await resultsOf(rows, { strategy })
      expect(results.map(({ error }) => error?.message)).toEqual(rows.map(() => undefined))
      const held = (await read(name)).slice(-rows.length)
      expect(held, name).toEqual(cases.map(([, value]) => value))
      const again = await writerOf({ strategy, skipUnchanged: true }).write(rows)
      expect(again, name).toMatchObject({ unchanged: rows.length })
      await writerOf({ operation: 'delete' }).write(rows.map(({ new_code }) => ({ new_code })))
    }
  })

  it.each(
    strategies.flatMap((strategy) =>
      (['write', 'skip'] as const).flatMap((nulls) =>
        [false, true].map((skipUnchanged) => ({ strategy, nulls, skipUnchanged })),
      ),
    ),
  )('fail their row alone, naming the column, where the column can never hold them (%o)', async (how) => {
    for (const operation of ['upsert', 'create', 'update'] as const) {
      const rows = Object.entries(refused).flatMap(([name, values]) =>
        values.map((value, at) => ({ new_code: `${name}-${at}`, new_whole: 1, [name]: value })),
      )
      const results = await resultsOf(rows, { ...how, operation })
      const names = Object.entries(refused).flatMap(([name, values]) => values.map(() => name))
      for (const [at, { status, error }] of results.entries()) {
        expect(status).toBe('failed')
        expect(error).toMatchObject({ code: 'bad-input' })
        expect(error?.message).toContain(`'${names[at]}'`)
      }
    }
    expect(recording.writes).toEqual([])
  })

  it('refuses numbers that are not finite in columns that the definition does not know, at any depth', async () => {
    const results = await resultsOf(
      [...notFinite, [1, Number.NaN], { new_x: { new_y: Number.NaN } }].map((value) => ({
        new_code: 'A',
        new_unknown: value,
      })),
    )
    expect(results.every(({ error }) => error?.message.includes("'new_unknown'"))).toBe(true)
    expect(recording.writes).toEqual([])
  })

  it.each([
    ['null', null],
    ['skip', 'old'],
    ['keep', ''],
  ] as const)('take empty text by the rule for it: %s', async (emptyText, expected) => {
    await writerOf().write([{ new_code: 'A', new_text: 'old', new_whole: 5 }])
    const changed = { emptyText: (name: string) => (name === 'new_text' ? emptyText : 'null') } as const
    await writerOf(changed).write([{ new_code: 'A', new_text: '', new_whole: '' }])
    expect(await read('new_text')).toEqual([expected])
    expect(await read('new_whole')).toEqual([null])
  })

  it('refuses empty text where it is told to', async () => {
    const [result] = await resultsOf([{ new_code: 'A', new_text: '' }], { emptyText: 'refuse' })
    expect(result?.error).toMatchObject({ code: 'bad-input', message: expect.stringContaining("'new_text'") })
  })

  it('strips or replaces characters that no column takes, where it is told to', async () => {
    const row = { new_code: 'A', new_text: 'a\u0000b\ud83d' }
    await writerOf({ badCharacters: 'strip' }).write([row])
    expect(await read('new_text')).toEqual(['ab'])
    await writerOf({ badCharacters: 'replace' }).write([row])
    expect(await read('new_text')).toEqual(['a\ufffdb\ufffd'])
  })

  it('makes no key of a number that lost digits, and no two rows one', async () => {
    const keys = [
      Number.NaN,
      1e21,
      Number(4_006_381_333_931_000_123n),
      Number(4_006_381_333_931_000_124n),
      1.5,
      ' ',
      '',
    ]
    for (const operation of ['upsert', 'update', 'delete'] as const) {
      const results = await resultsOf(
        keys.map((new_code) => ({ new_code })),
        { operation },
      )
      expect(results.map(({ status }) => status)).toEqual(keys.map(() => 'failed'))
    }
    const created = await resultsOf([{ new_text: 'x' }], {
      operation: 'create',
      keyOf: () => ({ new_code: Number.NaN }),
    })
    expect(created[0]?.error).toMatchObject({ code: 'bad-input' })
    expect(recording.writes).toEqual([])
    const exact = [4_006_381_333_931_000_123n, 4_006_381_333_931_000_124n].map((new_code) => ({ new_code }))
    expect(await writerOf().write(exact)).toMatchObject({ rows: 2, superseded: 0, failed: 0 })
    expect(await read('new_code')).toEqual(['4006381333931000123', '4006381333931000124'])
  })
})
