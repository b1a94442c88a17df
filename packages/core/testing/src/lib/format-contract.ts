import assert from 'node:assert/strict'
import type { Change, Row } from '@deltaverse/core'
import type { TableSchema } from '@deltaverse/schema'
import type { ContractCase } from './contract-case.js'
import { deleted, idOf } from './events.js'

/** What the suite uses of a format, as `Format` of `@deltaverse/formats` has it. */
export interface TestedFormat {
  changes(schema?: TableSchema): { readonly header: Buffer; write(changes: readonly Change[]): Buffer }
  split(): { push(piece: Buffer): readonly Buffer[]; readonly isWhole: boolean }
  readHeads(): (record: Buffer) => Head | undefined
  readChanges(
    columns?: TableSchema['columns'],
  ): (record: Buffer) => (Head & { readonly row?: Row }) | undefined
}

interface Head {
  readonly kind: string
  readonly id: string
  readonly rowVersion: string | undefined
}

const schema: TableSchema = {
  name: 'things',
  primaryKey: ['thingid'],
  columns: [
    { name: 'thingid', type: { kind: 'uuid' }, nullable: false },
    { name: 'label', type: { kind: 'text' }, nullable: true },
    { name: 'small', type: { kind: 'int32' }, nullable: true },
    { name: 'serial', type: { kind: 'int64' }, nullable: true },
    { name: 'price', type: { kind: 'decimal' }, nullable: true },
    { name: 'share', type: { kind: 'double' }, nullable: true },
    { name: 'isopen', type: { kind: 'boolean' }, nullable: true },
    { name: 'day', type: { kind: 'date' }, nullable: true },
    { name: 'clock', type: { kind: 'timestamp' }, nullable: true },
    { name: 'moment', type: { kind: 'timestamptz' }, nullable: true },
    { name: 'state', type: { kind: 'enum' }, nullable: true },
    { name: 'colors', type: { kind: 'enum-set' }, nullable: true },
    { name: 'parts', type: { kind: 'json' }, nullable: true },
    { name: 'photo', type: { kind: 'binary' }, nullable: true },
    { name: 'owner', member: '_owner_value', type: { kind: 'uuid' }, nullable: true },
  ],
}

const whole: Row = {
  thingid: idOf(1),
  label: 'Oak',
  small: -2_147_483_648,
  serial: 42,
  price: 19.5,
  share: 0.1,
  isopen: false,
  day: '2024-02-29',
  clock: '2024-02-29T23:59:59.123',
  moment: '2024-02-29T23:59:59Z',
  state: 3,
  colors: '1,9',
  parts: { a: [1, null, 'x'], b: {} },
  photo: 'AAEC/w==',
  _owner_value: idOf(9),
}

const oddTexts = [
  '',
  ' ',
  ' leading and trailing ',
  'comma, semicolon; tab\t bar|',
  'quote " and apostrophe \'',
  'two\r\nlines',
  'line feed\n',
  'NULL',
  'null',
  '\\N',
  '=1+1',
  '\ufeffmark',
  'ä 😀 \u2028',
  '{"kind":"deleted"}',
]

/** A change whose numbers have these digits in its bytes, whatever a double makes of them. */
function change(number: number, row: Row, digits: Readonly<Record<string, string>> = {}): Change {
  const id = idOf(number)
  const places = Object.fromEntries(Object.keys(digits).map((name) => [name, `@@${name}@@`]))
  let text = JSON.stringify({ ...row, thingid: id, ...places })
  for (const [name, value] of Object.entries(digits)) text = text.replace(`"@@${name}@@"`, value)
  return {
    kind: 'upserted',
    table: 'things',
    id,
    rowVersion: String(1_000 + number),
    bytes: Buffer.from(text),
    row: JSON.parse(text) as Row,
  }
}

/** What every format must do: what was written is what is read, wherever its text is cut. */
export function formatContract(format: () => TestedFormat): readonly ContractCase[] {
  function write(...groups: readonly (readonly Change[])[]): Buffer {
    const writer = format().changes(schema)
    return Buffer.concat([writer.header, ...groups.map((group) => writer.write(group))])
  }
  function recordsOf(text: Buffer, pieceBytes = text.length): Buffer[] {
    const splitter = format().split()
    const records: Buffer[] = []
    for (let at = 0; at < text.length; at += pieceBytes) {
      records.push(...splitter.push(text.subarray(at, at + pieceBytes)).map((record) => Buffer.from(record)))
    }
    assert.equal(splitter.isWhole, true, 'the text ends with a whole record')
    return records
  }
  function read(records: readonly Buffer[]) {
    const reader = format().readChanges(schema.columns)
    return records.flatMap((record) => reader(record) ?? [])
  }
  const written = (row: Row, digits?: Readonly<Record<string, string>>): Row | undefined =>
    read(recordsOf(write([change(1, row, digits)])))[0]?.row
  const three = [change(1, whole), deleted(idOf(2), 'things'), change(3, { ...whole, label: 'two\nlines' })]
  const heads = three.map(({ kind, id, rowVersion }) => ({ kind, id, rowVersion }))

  function expectValue(row: Row | undefined, name: string, value: unknown): void {
    assert.ok(row !== undefined, 'the row comes back')
    assert.deepEqual(row[name] ?? null, value, `the value of ${name}`)
  }

  const cases: Readonly<Record<string, () => void>> = {
    'gives back values of every kind': () => {
      const row = written(whole)
      for (const [name, value] of Object.entries(whole)) expectValue(row, name, value)
    },
    'gives back null as null, beside values': () => {
      const row = written({ ...Object.fromEntries(Object.keys(whole).map((name) => [name, null])), small: 0 })
      for (const name of Object.keys(whole)) {
        if (name !== 'thingid') expectValue(row, name, name === 'small' ? 0 : null)
      }
    },
    'gives back text, whatever stands in it': () => {
      for (const label of oddTexts) expectValue(written({ ...whole, label }), 'label', label)
    },
    'keeps every digit': () => {
      const digits = { serial: '-9223372036854775808', price: '922337203685477.5807', small: '2147483647' }
      const row = written(whole, digits)
      for (const [name, value] of Object.entries(digits)) assert.equal(String(row?.[name]), value, name)
    },
    'tells deletions, ids and versions, with rows and without': () => {
      const records = recordsOf(write(three))
      const readHead = format().readHeads()
      assert.deepEqual(
        records
          .flatMap((record) => readHead(record) ?? [])
          .map(({ kind, id, rowVersion }) => ({ kind, id, rowVersion })),
        heads,
      )
      assert.deepEqual(
        read(records).map(({ kind, id, rowVersion }) => ({ kind, id, rowVersion })),
        heads,
      )
    },
    'gives the same records wherever its text is cut': () => {
      const text = write(three)
      const expected = recordsOf(text).map(String)
      for (const bytes of [1, 2, 3, 7, 64]) assert.deepEqual(recordsOf(text, bytes).map(String), expected)
    },
    'goes on in a file that others were written to before': () => {
      const [first, ...others] = three
      assert.ok(first !== undefined)
      assert.equal(String(write([first], [], others)), String(write(three)))
    },
    'can be cut behind any record': () => {
      const records = recordsOf(write(three))
      const isHeader = records.length > three.length ? 1 : 0
      assert.equal(records.length, three.length + isHeader, 'a record for each change')
      for (let kept = 0; kept <= three.length; kept += 1) {
        const text = Buffer.concat(records.slice(0, kept + isHeader))
        assert.deepEqual(
          read(recordsOf(text)).map(({ id }) => id),
          heads.slice(0, kept).map(({ id }) => id),
        )
      }
    },
    'refuses a record that is none': () => {
      const reader = format().readChanges(schema.columns)
      const [header] = recordsOf(write([]))
      if (header !== undefined) reader(header)
      assert.throws(() => reader(Buffer.from('no record of a change\n')))
    },
  }
  return Object.entries(cases).map(([name, run]) => ({ name, run: async () => run() }))
}
