import { changeLineSchema, formatChangeLine, formatChangeLines, toNdjson } from '@deltaverse/node-streams'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { collect } from './collect.js'
import { checkpoint, contact, deleted, everyEvent, idOf, upserted } from './fake-feed.js'
import { matchesSchema } from './json-schema-subset.js'

async function write(items: readonly unknown[]): Promise<string[]> {
  return (await collect(toNdjson()(items as never))).map(String)
}

describe('toNdjson() with changes', () => {
  it('writes an upserted change around the bytes of the service', async () => {
    const json = '{"price":1.50,"big":12345678901234567890,"name":"é\\u00e9 \\" 😀"}'
    expect(await write([upserted(1, json, '42')])).toEqual([
      `{"kind":"upserted","table":"contacts","id":"${idOf(1)}","rowVersion":"42","row":${json}}\n`,
    ])
  })

  it('never looks at the parsed row', async () => {
    const change = Object.defineProperty({ ...contact(1) }, 'row', {
      get: () => {
        throw new Error('parsed')
      },
    })
    expect(await write([change, [change]])).toHaveLength(2)
  })

  it('leaves the row version out when the row came without one', async () => {
    expect(await write([{ ...contact(1), rowVersion: undefined }])).toEqual([
      `{"kind":"upserted","table":"contacts","id":"${idOf(1)}","row":{"contactid":"${idOf(1)}","fullname":"Contact 1"}}\n`,
    ])
  })

  it('writes a deletion without a row', async () => {
    expect(await write([deleted(7)])).toEqual([`{"kind":"deleted","table":"contacts","id":"${idOf(7)}"}\n`])
  })

  it('writes nothing for reset, checkpoint and complete', async () => {
    expect(await write(everyEvent)).toHaveLength(3)
    expect(await write([everyEvent.filter((event) => event.kind === 'checkpoint')])).toEqual([])
  })

  it('makes one line of a row that came pretty-printed, strings untouched', async () => {
    const pretty = '{\r\n  "fullname" : "two  spaces, a \\n and a \\"quote\\"",\n  "list": [ 1,\n 2 ]\n}'
    const [line] = await write([upserted(1, pretty, '1')])
    expect(line?.indexOf('\n')).toBe(line!.length - 1)
    expect(line).toContain('"row":{"fullname":"two  spaces, a \\n and a \\"quote\\"","list":[1,2]}}')
  })

  it('makes single lines in the middle of a batch too', async () => {
    const rows = [contact(1), upserted(2, '{\n "a": [\n 1 ]\n}', '5'), contact(3)]
    expect((await write([rows])).join('')).toBe((await write(rows)).join(''))
    expect((await write([rows])).join('').split('\n')).toHaveLength(4)
  })

  it('refuses a row whose string holds a raw newline', async () => {
    await expect(write([upserted(1, '{"a":"x\ny"}')])).rejects.toMatchObject({ code: 'bad-response' })
  })

  it('escapes names and ids that need it, and still sizes the line right', async () => {
    const odd = { ...deleted(1), table: 'a"b\\é\u{1f600}\n', id: '\u2028' }
    const [line] = await write([odd])
    expect(JSON.parse(line!)).toEqual({ kind: 'deleted', table: odd.table, id: odd.id })
    expect(line).toMatch(/^[ -~]+\n$/)
  })

  it('gives one Buffer for a batch and one for each single change', async () => {
    const changes = [contact(1), deleted(2), contact(3)]
    const singles = await write(changes)
    expect(singles).toHaveLength(3)
    expect(await write([changes])).toEqual([singles.join('')])
    expect(formatChangeLines(changes).toString()).toBe(singles.join(''))
    expect(formatChangeLine(changes[0]!).toString()).toBe(singles[0])
    expect(formatChangeLines([])).toHaveLength(0)
  })

  it('copies the bytes, so that the feed may reuse them', async () => {
    const change = contact(1)
    const [line] = await collect(toNdjson()([change]))
    const before = line!.toString()
    change.bytes.fill(0)
    expect(line!.toString()).toBe(before)
  })

  it('writes only lines that the schema describes', () => {
    const row = fc.dictionary(fc.string(), fc.jsonValue())
    const version = fc.option(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String), { nil: undefined })
    fc.assert(
      fc.property(fc.nat(), row, version, fc.boolean(), (number, columns, rowVersion, isPretty) => {
        const json = JSON.stringify(columns, null, isPretty ? 2 : undefined)
        const change = { ...upserted(number, json), rowVersion }
        for (const item of [change, deleted(number)]) {
          const line = formatChangeLine(item).toString()
          expect(line.indexOf('\n')).toBe(line.length - 1)
          expect(matchesSchema(changeLineSchema, JSON.parse(line))).toBe(true)
        }
        expect(JSON.parse(formatChangeLine(change).toString()).row).toEqual(JSON.parse(json))
      }),
    )
  })

  it('has a schema that refuses other lines', () => {
    const line = JSON.parse(formatChangeLine(contact(1)).toString())
    const gone = JSON.parse(formatChangeLine(deleted(1)).toString())
    const wrong = [
      { ...line, more: 1 },
      { ...line, row: [] },
      { ...line, rowVersion: 5 },
      { ...line, id: `{${line.id}}` },
      { ...gone, rowVersion: '1' },
      { ...gone, table: '' },
      { ...gone, kind: 'created' },
      { kind: 'upserted', table: 'contacts', id: line.id },
      null,
    ]
    for (const value of wrong) expect(matchesSchema(changeLineSchema, value)).toBe(false)
  })
})

describe('toNdjson() with rows', () => {
  it('writes anything that JSON can say', async () => {
    const rows = [{ a: 1 }, 'text', 7, true, null, { at: new Date(0) }]
    expect((await write(rows)).join('')).toBe(rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  })

  it('takes a row for a row even when its columns look like an event', async () => {
    const rows = [
      { kind: 'upserted', table: 'x', id: 'y' },
      { kind: 'deleted', id: 'y', bytes: 'z' },
      { kind: 'reset' },
      { kind: 'checkpoint', checkpoint: 3 },
      { kind: 'complete', rows: 1 },
    ]
    expect((await write(rows)).join('')).toBe(rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  })

  it('keeps the order of a batch that mixes rows, changes and other events', async () => {
    const [lines] = await write([
      [{ a: 1 }, contact(1), { kind: 'checkpoint', checkpoint }, deleted(2), { a: 2 }],
    ])
    expect(
      lines!
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).kind ?? JSON.parse(line).a),
    ).toEqual([1, 'upserted', 'deleted', 2])
  })

  it.each([
    ['undefined', undefined, 'it is undefined'],
    ['a function', () => 1, 'it is a function'],
    ['a symbol', Symbol('s'), 'it is a symbol'],
    ['a bigint', 1n, 'BigInt'],
    ['a row that holds a bigint', { a: 1n }, 'BigInt'],
    ['raw bytes', Buffer.from('x'), 'raw bytes'],
  ])('refuses %s and names its index', async (_name, item, words) => {
    const expected = { name: 'TypeError', message: expect.stringMatching(`item 3 .*${words}`) }
    await expect(write([[{}, {}], {}, item])).rejects.toMatchObject(expected)
    await expect(write([{}, [{}, {}, item]])).rejects.toMatchObject(expected)
  })

  it('refuses the hole of a sparse array', async () => {
    const sparse = new Array(2)
    await expect(write([sparse])).rejects.toThrow('item 0')
  })
})
