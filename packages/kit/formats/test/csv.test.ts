import type { UpsertedChange } from '@deltaverse/core'
import type { TableSchema } from '@deltaverse/schema'
import { deleted, idOf, upserted } from '@deltaverse/testing'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CsvDialect, csv, ndjson } from '../src/index.js'

const schema: TableSchema = {
  name: 'things',
  columns: [
    { name: 'thingid', type: { kind: 'uuid' }, nullable: false },
    { name: 'label', type: { kind: 'text' }, nullable: true },
    { name: 'serial', type: { kind: 'int64' }, nullable: true },
    { name: 'price', type: { kind: 'decimal' }, nullable: true },
    { name: 'isopen', type: { kind: 'boolean' }, nullable: true },
    { name: 'parts', type: { kind: 'json' }, nullable: true },
    { name: 'owner', member: '_owner_value', type: { kind: 'text' }, nullable: true },
  ],
  primaryKey: ['thingid'],
}

const oddText = fc.string({
  unit: fc.constantFrom(...'a ,;|\'"\r\n\t=é😀\ufeff', 'NULL'),
  maxLength: 12,
})
const row = fc.record({
  thingid: fc.nat({ max: 99 }).map(idOf),
  label: fc.option(oddText),
  serial: fc.option(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n)),
  price: fc.option(fc.tuple(fc.bigInt(0n, 10n ** 18n), fc.nat({ max: 9_999 })).map(([a, b]) => `${a}.${b}1`)),
  isopen: fc.option(fc.boolean()),
  parts: fc.option(fc.array(oddText, { maxLength: 3 })),
  _owner_value: fc.option(oddText),
})
const dialect: fc.Arbitrary<CsvDialect> = fc.record({
  delimiter: fc.constantFrom(',', ';', '\t', '|'),
  quote: fc.constantFrom('"', "'"),
  lineEnd: fc.constantFrom('\r\n', '\n'),
  header: fc.boolean(),
  nullText: fc.constantFrom('', 'NULL'),
})

type ThingRow = typeof row extends fc.Arbitrary<infer T> ? T : never

/** A row as its source sends it: numbers with all their digits are in the bytes alone. */
function changeOf({ serial, price, ...rest }: ThingRow): UpsertedChange {
  const text = JSON.stringify({ ...rest, serial: 0, price: 0 })
    .replace('"serial":0', `"serial":${serial}`)
    .replace('"price":0', `"price":${price}`)
  const bytes = Buffer.from(text)
  return {
    kind: 'upserted',
    table: 'things',
    id: rest.thingid,
    rowVersion: '7',
    bytes,
    row: JSON.parse(text),
  }
}

function cut(text: Buffer, at: readonly number[]): Buffer[] {
  const places = [0, ...at.map((place) => place % (text.length + 1)), text.length].sort((a, b) => a - b)
  return places.slice(1).map((end, index) => text.subarray(places[index], end))
}

const none = Buffer.alloc(0)

describe('csv()', () => {
  it('gives every change back as it was, in every dialect, wherever its text is cut', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 8 }), dialect, fc.array(fc.nat()), (rows, how, places) => {
        const format = csv(how)
        const writer = format.changes(schema)
        const text = Buffer.concat([writer.header, writer.write(rows.map(changeOf))])
        const splitter = format.split()
        const records = cut(text, places).flatMap((piece) => splitter.push(piece))
        expect(splitter.isWhole).toBe(true)
        const [readHead, readChange] = [format.readHeads(), format.readChanges(schema.columns)]
        const changes = records.flatMap((record) => readChange(record) ?? [])
        expect(records.flatMap((record) => readHead(record) ?? [])).toEqual(
          rows.map(({ thingid }) => ({ kind: 'upserted', id: thingid, rowVersion: '7' })),
        )
        expect(changes.map((change) => (change.kind === 'upserted' ? exact(change.row) : change))).toEqual(
          rows.map(({ serial, price, ...rest }) =>
            exact({ ...rest, serial: serial === null ? null : String(serial), price }),
          ),
        )
      }),
    )
  })

  it('is what another reader of CSV takes it for', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 8 }), (rows) => {
        const writer = csv().rows?.(schema)
        const text = Buffer.concat([writer?.header ?? none, writer?.write(rows.map(changeOf)) ?? none])
        const cast = (value: string, { quoting }: { quoting: boolean }) =>
          value === '' && !quoting ? null : value
        const read = parse(text, { columns: true, cast }) as Record<string, unknown>[]
        expect(read.map(({ label, owner }) => [label, owner])).toEqual(
          rows.map(({ label, _owner_value }) => [label, _owner_value]),
        )
      }),
    )
  })

  it('tells null from empty text, and a deletion by its head alone', () => {
    const writer = csv({ lineEnd: '\n' }).changes(schema)
    const changes = [upserted('a', { thingid: idOf(1), label: '', serial: null }), deleted('b')]
    expect(writer.header.toString()).toBe(
      '_kind,_id,_version,thingid,label,serial,price,isopen,parts,owner\n',
    )
    expect(writer.write(changes).toString()).toBe(`upserted,a,,${idOf(1)},"",,,,,\ndeleted,b,,,,,,,,\n`)
  })

  it('reads a key without the line breaks in the row behind it', () => {
    const format = csv()
    const writer = format.changes(schema)
    const text = writer.write([upserted('a', { thingid: idOf(1), label: 'two\r\nlines "so"' }), deleted('b')])
    const records = format.split().push(Buffer.concat([writer.header, text]))
    const read = format.readHeads()
    expect(records.map((record) => read(record)?.id)).toEqual([undefined, 'a', 'b'])
  })

  it('refuses values that are not of their column, and a table without a schema', () => {
    const writer = csv().changes(schema)
    expect(() => writer.write([upserted('a', { thingid: idOf(1), serial: 'many' })])).toThrow(
      "column 'serial'",
    )
    expect(() => csv().changes()).toThrow('needs to know the columns')
    expect(() => csv({ nullText: 'a,b' })).toThrow('nullText must not hold')
    const taken = { ...schema, columns: [{ name: '_id', type: { kind: 'text' }, nullable: true }] } as const
    expect(() => csv().changes(taken)).toThrow('the column _id')
  })
})

describe('ndjson', () => {
  it('gives every change back, numbers with all their digits', () => {
    const bytes = Buffer.from('{"serial":9007199254740993,"price":12345678901234567.89}')
    const line = ndjson.changes().write([{ ...upserted('a', {}), bytes }, deleted('b')])
    const read = ndjson.readChanges()
    expect(ndjson.split().push(line).map(read)).toEqual([
      {
        kind: 'upserted',
        id: 'a',
        rowVersion: undefined,
        row: { serial: '9007199254740993', price: '12345678901234567.89' },
        bytes,
      },
      { kind: 'deleted', id: 'b', rowVersion: undefined },
    ])
  })
})

/** Numbers as their digits: one that a double holds may come back as a number. */
function exact(row: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const digits = (value: unknown): unknown =>
    value === null || value === undefined ? null : plain(String(value))
  return { ...row, serial: digits(row.serial), price: digits(row.price) }
}

function plain(text: string): string {
  return text.includes('.') ? text.replace(/0+$/, '').replace(/\.$/, '') : text
}

describe('halves of surrogate pairs', () => {
  const change = upserted(idOf(1), {
    thingid: idOf(1),
    label: 'a\ud800b',
    parts: ['\udc00'],
    _owner_value: 'whole 😀',
  })
  const textOf = (format: ReturnType<typeof csv>) => format.changes(schema).write([change]).toString()

  it('are refused, naming row and column, as UTF-8 has no form for them', () => {
    expect(() => textOf(csv())).toThrow(
      /The row .*000001 cannot be written as CSV: its column 'label' holds half of a surrogate pair at position 1/,
    )
  })

  it('are left out or replaced when told so, in JSON too', () => {
    expect(textOf(csv({}, 'strip'))).toContain(`,ab,,,,"[""""]",whole 😀\r\n`)
    expect(textOf(csv({}, 'replace'))).toContain(`,a\ufffdb,,,,"[""\ufffd""]",whole 😀\r\n`)
  })
})
