import { Readable } from 'node:stream'
import fc from 'fast-check'
import { chain } from 'stream-chain'
import { parser } from 'stream-json'
import { pick } from 'stream-json/filters/pick.js'
import { streamArray } from 'stream-json/streamers/stream-array.js'
import { describe, expect, it } from 'vitest'
import { PageFormatError } from './page-format-error.js'
import { createPageSlicer, type PageEnvelope, type PageSlicerOptions } from './page-slicer.js'
import { rowIsNested, rowMayHoldLongNumber } from './row-run.js'

interface Decoded {
  readonly rows: unknown[]
  readonly texts: string[]
  readonly flags: number[]
  readonly envelope: PageEnvelope
}

/** Decodes a body in chunks that end at the given offsets. */
function decode(body: Buffer, cuts: readonly number[] = [], options: PageSlicerOptions = {}): Decoded {
  const slicer = createPageSlicer(options)
  const texts: string[] = []
  const flags: number[] = []
  const ends = [...new Set([...cuts.filter((cut) => cut > 0 && cut < body.length), body.length])].sort(
    (a, b) => a - b,
  )
  let start = 0
  for (const end of ends) {
    // A copy, so that no scanner state can lean on bytes of another chunk.
    for (const run of slicer.push(Buffer.from(body.subarray(start, end)))) {
      for (let index = 0; index < run.bounds.length; index += 3) {
        texts.push(run.bytes.toString('utf8', run.bounds[index], run.bounds[index + 1]))
        flags.push(run.bounds[index + 2]!)
      }
    }
    start = end
  }
  const envelope = slicer.end()
  return { rows: texts.map((text) => JSON.parse(text)), texts, flags, envelope }
}

function everyCut(body: Buffer, size: number): number[] {
  return Array.from({ length: Math.floor(body.length / size) }, (_, index) => (index + 1) * size)
}

const context = 'https://contoso.crm4.dynamics.com/api/data/v9.2/$metadata#contacts(fullname)'
const awkward = {
  '@odata.etag': 'W/"12644418993"',
  plain: 'Ada',
  empty: '',
  quotes: 'she said "no" and \\ left \\',
  separator: '"},{"@odata.etag":"W/\\"1\\""},]}',
  backslashes: '\\'.repeat(129),
  unicode: 'Luleå – 日本語 – 🜨',
  control: '\u0000\b\f\n\r\t',
  nested: { list: [1, [2, { three: '3]' }], '}'], nothing: null },
  numbers: [0, -1, 1.5e-7, 1e21],
}

function page(rows: unknown[], extra: Record<string, unknown> = {}): Buffer {
  return Buffer.from(JSON.stringify({ '@odata.context': context, value: rows, ...extra }))
}

function failure(
  body: string | Buffer,
  options: PageSlicerOptions = {},
  cuts: number[] = [],
): PageFormatError {
  try {
    decode(Buffer.from(body), cuts, options)
  } catch (error) {
    if (error instanceof PageFormatError) return error
    throw error
  }
  throw new Error(`accepted: ${String(body).slice(0, 80)}`)
}

describe('createPageSlicer()', () => {
  it('gives the rows byte for byte and the rest as the envelope', () => {
    const { rows, envelope } = decode(page([awkward, { a: 1 }], { '@odata.nextLink': 'https://x/y?z' }))
    expect(rows).toEqual([awkward, { a: 1 }])
    expect(envelope).toEqual({ '@odata.context': context, value: [], '@odata.nextLink': 'https://x/y?z' })
  })

  it('decodes the same under every chunk size', () => {
    const body = page([awkward, awkward, { a: 1 }])
    const whole = decode(body)
    for (const size of [1, 2, 3, 7, 64]) expect(decode(body, everyCut(body, size))).toEqual(whole)
  })

  it('finds links before and behind the rows', () => {
    const before = Buffer.from(`{"@odata.context":"c","@odata.deltaLink":"d","value":[{"a":1}]}`)
    expect(decode(before).envelope).toMatchObject({ '@odata.deltaLink': 'd' })
    const behind = Buffer.from(`{"@odata.context":"c","value":[{"a":1}],"@odata.deltaLink":"d"}`)
    expect(decode(behind).envelope).toMatchObject({ '@odata.deltaLink': 'd' })
  })

  it('tells what came before the rows as soon as they begin', () => {
    const slicer = createPageSlicer()
    slicer.push(Buffer.from('{"@odata.context":"c","unknown":{"value":[1]},"value"'))
    expect(slicer.head()).toBeUndefined()
    slicer.push(Buffer.from(':['))
    expect(slicer.head()).toEqual({ '@odata.context': 'c', unknown: { value: [1] }, value: [] })
  })

  it('hands a row on before the next one has arrived', () => {
    const slicer = createPageSlicer()
    expect(slicer.push(Buffer.from('{"value":[{"a":1}'))).toHaveLength(1)
    expect(slicer.push(Buffer.from(',{"a":'))).toHaveLength(0)
    expect(slicer.push(Buffer.from('2}'))).toHaveLength(1)
  })

  it.each([
    ['an empty body', '', {}],
    ['white space only', ' \r\n\t', {}],
    ['no value', '{"@odata.deltaLink":"d"}', { '@odata.deltaLink': 'd' }],
    ['an empty value', '{"value":[],"x":1}', { value: [], x: 1 }],
    ['a null value', '{"value":null}', { value: null }],
    ['an empty object', '{}', {}],
    ['a byte order mark', '\ufeff{"value":[]}', { value: [] }],
    ['white space everywhere', ' { "value" : [ ] , "x" : 1 } \n', { value: [], x: 1 }],
    [
      'a member called value deeper down',
      '{"x":{"value":[{"a":1}]},"value":[]}',
      { x: { value: [{ a: 1 }] }, value: [] },
    ],
    ['value as a text', '{"x":"value","value":[]}', { x: 'value', value: [] }],
  ])('takes %s', (_, body, envelope) => {
    for (const cuts of [[], everyCut(Buffer.from(body), 1)]) {
      const decoded = decode(Buffer.from(body), cuts)
      expect(decoded.rows).toEqual([])
      expect(decoded.envelope).toEqual(envelope)
    }
  })

  it.each([
    ['a missing comma', '{"value":[{"a":1}{"a":2}]}', 17],
    ['a doubled comma', '{"value":[{"a":1},,{"a":2}]}', 18],
    ['a comma before the end', '{"value":[{"a":1},]}', 18],
    ['a comma before the first row', '{"value":[,{"a":1}]}', 10],
    ['junk between rows', '{"value":[{"a":1} x,{"a":2}]}', 18],
    ['a row that is no object', '{"value":[1]}', 10],
    ['a null row', '{"value":[{"a":1},null]}', 18],
    ['an array', '[{"a":1}]', 0],
    ['HTML', '<html>', 0],
    ['brackets that do not match', '{"value":[{"a":[1}]}]}', 17],
    ['an unquoted key', '{"value":[{key:1}]}', 11],
    ['text behind the page', '{"value":[]} {"value":[]}', 13],
    ['a second value', '{"value":[{"a":1}],"value":[{"a":2}]}', 27],
    ['half a byte order mark', Buffer.from([0xef, 0xbb, 0x7b, 0x7d]), 2],
  ])('refuses %s and says where', (_, body, offset) => {
    const error = failure(body)
    expect(error.reason).toBe('malformed')
    expect(error.offset).toBe(offset)
    expect(error.message).toContain(`byte ${offset}`)
  })

  it('refuses a value that is no array, also one whose name is written with escapes', () => {
    expect(failure('{"value":"text"}').message).toContain('not an array')
    expect(failure('{"\\u0076alue":[{"a":1}]}').message).toContain('not an array')
  })

  it('names the row of the page in which the fault lies', () => {
    expect(failure('{"value":[{"a":1},{"a":2},{"a":?}]}').row).toBe(2)
  })

  it('refuses every truncation of a page', () => {
    const body = page([awkward, { a: 1 }], { '@odata.nextLink': 'n' })
    for (let length = 1; length < body.length; length += 1) {
      expect(failure(body.subarray(0, length)).reason).toBe('ended-early')
    }
  })

  it('bounds the size of a row, also one that never ends, and of what stands around the rows', () => {
    const limit = { maxRecordBytes: 100 }
    expect(failure(page([{ a: 'x'.repeat(200) }]), limit).reason).toBe('record-too-large')
    const endless = Buffer.from(`{"value":[{"a":"${'x'.repeat(300)}`)
    expect(failure(endless, limit, everyCut(endless, 10)).reason).toBe('record-too-large')
    const envelope = Buffer.from(`{"x":"${'x'.repeat(300)}"}`)
    expect(failure(envelope, limit, everyCut(envelope, 10)).reason).toBe('record-too-large')
    expect(() => createPageSlicer({ maxRecordBytes: 0 })).toThrow(RangeError)
  })

  it.each(['[', '{"a":'])('bounds the levels of %s in a row and around the rows', (open) => {
    const close = open === '[' ? ']' : '}'
    const nested = (levels: number): string =>
      open.repeat(levels) + (open === '[' ? '' : '1') + close.repeat(levels)
    const row = (levels: number) => Buffer.from(`{"value":[{"b":1},{"a":${nested(levels - 1)}}]}`)
    const around = (levels: number) => Buffer.from(`{"x":${nested(levels - 1)},"value":[]}`)
    for (const cuts of [[], everyCut(row(101), 7)]) {
      expect(decode(row(100), cuts).rows).toHaveLength(2)
      expect(failure(row(101), {}, cuts)).toMatchObject({ reason: 'too-deep', row: 1 })
      expect(failure(row(101), {}, cuts).message).toContain('more than 100 levels of brackets')
      expect(Object.keys(decode(around(100), cuts).envelope)).toContain('x')
      expect(failure(around(101), {}, cuts).message).toContain('around the rows has more than 100 levels')
      expect(failure(row(11), { maxDepth: 10 }, cuts).message).toContain('more than 10 levels')
    }
    expect(() => createPageSlicer({ maxDepth: 0 })).toThrow(RangeError)
  })

  it('takes a string of 20 MB and 200,000 levels of nesting in chunks, where it is told to', () => {
    const body = page([{ a: 'x\\"'.repeat(6_700_000) }, { b: 2 }])
    expect(decode(body, everyCut(body, 65_536)).rows[1]).toEqual({ b: 2 })
    const deep = Buffer.from(`{"value":[{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}]}`)
    expect(decode(deep, everyCut(deep, 65_536), { maxDepth: 200_001 }).texts[0]).toHaveLength(400_006)
  })

  it('decodes large chunks the same, wherever in them the escapes and brackets of a row stand', () => {
    for (let padding = 0; padding < 48; padding += 1) {
      // Two rows of some 64 kB: their ends lie next to every multiple of 64 kB within the chunk.
      const rows = [0, 1].map((row) => ({ fill: 'x'.repeat(65_400 + padding - row), ...awkward }))
      expect(decode(page(rows)).rows).toEqual(rows)
    }
  })

  it('marks rows that are nested or may hold long numbers', () => {
    const flagsOf = (row: string) => decode(Buffer.from(`{"value":[${row}]}`)).flags[0]
    expect(flagsOf('{"a":1,"b":"c"}')).toBe(0)
    expect(flagsOf('{"a":{}}')).toBe(rowIsNested)
    expect(flagsOf('{"a":[]}')).toBe(rowIsNested)
    expect(flagsOf('{"a":9007199254740993}')).toBe(rowMayHoldLongNumber)
    expect(flagsOf('{"a":9007199254740993,"b":"c"}')).toBe(rowMayHoldLongNumber)
    expect(flagsOf('{"a":"9007199254740993"}')).toBe(0)
    const body = Buffer.from('{"value":[{"x":"y","a":9007199254740993,"b":"c"}]}')
    for (let cut = 1; cut < body.length; cut += 1)
      expect(decode(body, [cut]).flags[0]).toBe(rowMayHoldLongNumber)
  })

  const pages = fc.record({
    rows: fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { maxLength: 8 }),
    before: fc.dictionary(
      fc.string().filter((name) => name !== 'value'),
      fc.jsonValue(),
      { maxKeys: 3 },
    ),
    behind: fc.dictionary(
      fc.string().filter((name) => name !== 'value'),
      fc.jsonValue(),
      { maxKeys: 3 },
    ),
    indent: fc.constantFrom(undefined, 2, '\t'),
    cuts: fc.array(fc.nat(4000), { maxLength: 40 }),
  })

  it('agrees with JSON.parse for any page in any chunking', () => {
    fc.assert(
      fc.property(pages, ({ rows, before, behind, indent, cuts }) => {
        const body = Buffer.from(JSON.stringify({ ...before, value: rows, ...behind }, undefined, indent))
        const { value, ...rest } = JSON.parse(body.toString()) as { value: unknown[] }
        const decoded = decode(body, cuts)
        expect(decoded.rows).toEqual(value)
        expect(decoded.envelope).toEqual({ ...rest, value: [] })
      }),
      { numRuns: 500 },
    )
  })

  it('agrees with stream-json for any page in any chunking', async () => {
    await fc.assert(
      fc.asyncProperty(pages, async ({ rows, before, behind, cuts }) => {
        const body = Buffer.from(JSON.stringify({ ...before, value: rows, ...behind }))
        const expected: unknown[] = []
        const stream = chain([
          Readable.from([body]),
          parser({ streamValues: false }),
          pick({ filter: /^value$/ }),
          streamArray(),
        ])
        for await (const { value } of stream as AsyncIterable<{ value: unknown }>) expected.push(value)
        expect(decode(body, cuts).rows).toEqual(expected)
      }),
      { numRuns: 100 },
    )
  })

  it('never takes what JSON.parse refuses, when one byte of a page is changed', () => {
    const body = page([{ a: 'b', c: [1, { d: null }] }, { e: true }], { '@odata.nextLink': 'n' })
    fc.assert(
      fc.property(fc.nat(body.length - 1), fc.nat(255), (at, byte) => {
        const changed = Buffer.from(body)
        changed[at] = byte
        const parsed = attempt(() => JSON.parse(changed.toString()) as unknown)
        const decoded = attempt(() => decode(changed))
        if (decoded !== undefined) expect(parsed).toBeDefined()
      }),
      { numRuns: 2000 },
    )
  })
})

function attempt<T>(action: () => T): T | undefined {
  try {
    return action()
  } catch {
    return undefined
  }
}
