import { Readable } from 'node:stream'
import { fromJsonArray } from '@deltaverse/node-streams'
import { parseExactJson } from '@deltaverse/schema'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { collect, collectUntilError } from './collect.js'
import { chunkLengths, rechunk, rechunkText } from './rechunk.js'

const jsonArray = fc
  .array(fc.jsonValue({ stringUnit: 'binary' }))
  .map((values): unknown[] => JSON.parse(JSON.stringify(values)))

function read(text: string | Uint8Array, options = {}): Promise<unknown[]> {
  return collect(fromJsonArray(options)([text]))
}

describe('fromJsonArray()', () => {
  it('gives the elements that JSON.parse gives, with every digit, whatever the chunks and the indentation', async () => {
    await fc.assert(
      fc.asyncProperty(
        jsonArray,
        chunkLengths,
        fc.constantFrom<string | number | undefined>(undefined, 2, '\t'),
        fc.constantFrom('', '\ufeff'),
        async (array, lengths, indent, mark) => {
          const text = mark + JSON.stringify(array, null, indent).replaceAll('\n', '\r\n')
          const expected = parseExactJson(text.slice(mark.length))
          expect(await collect(fromJsonArray()(rechunk(Buffer.from(text), lengths)))).toEqual(expected)
          expect(await collect(fromJsonArray()(rechunkText(text, lengths)))).toEqual(expected)
        },
      ),
    )
  })

  it('finds an array under a path, whatever stands around it', async () => {
    await fc.assert(
      fc.asyncProperty(
        jsonArray,
        fc.jsonValue(),
        fc.array(fc.constantFrom('a', 'b', 'value', '@odata.x', '0'), { minLength: 1, maxLength: 4 }),
        chunkLengths,
        async (array, other, path, lengths) => {
          const inside = path.reduceRight<unknown>(
            (at, key) => ({ before: other, [key]: at, after: [other] }),
            array,
          )
          const bytes = Buffer.from(JSON.stringify(inside, null, 1))
          expect(await collect(fromJsonArray({ path })(rechunk(bytes, lengths)))).toEqual(
            parseExactJson(JSON.stringify(array)),
          )
        },
      ),
    )
  })

  it('takes a path as keys joined by dots, steps into arrays by number', async () => {
    expect(await read('{"value":[1,2]}', { path: 'value' })).toEqual([1, 2])
    expect(await read('{"a":{"b":[1],"c":[2]},"b":[3]}', { path: 'a.b' })).toEqual([1])
    expect(await read('{"pages":[{"rows":[1]},{"rows":[2,[3]]}]}', { path: 'pages.1.rows' })).toEqual([
      2,
      [3],
    ])
    expect(await read('[[1],[2]]', { path: '1' })).toEqual([2])
  })

  it('takes only the array at the path: not those inside it, not those of longer keys', async () => {
    expect(await read('{"value":[{"value":[1]},[2]],"values":[3]}', { path: 'value' })).toEqual([
      { value: [1] },
      [2],
    ])
    expect(await read('{"a.b":[1],"a":{"b":[2]}}', { path: ['a.b'] })).toEqual([1])
  })

  it('reads an empty array as no elements', async () => {
    expect(await read(' [ ] ')).toEqual([])
    expect(await read('{"value":[]}', { path: 'value' })).toEqual([])
  })

  it('keeps null elements and own __proto__ keys as JSON.parse does', async () => {
    const [first, second] = (await read('[null,{"__proto__":{"a":1}}]')) as [null, object]
    expect(first).toBeNull()
    expect(Object.getPrototypeOf(second)).toBe(Object.prototype)
    expect(Object.keys(second)).toEqual(['__proto__'])
  })

  it('reads elements of any depth', async () => {
    const depth = 5000
    const [element] = await read(`[${'['.repeat(depth)}1${']'.repeat(depth)}]`)
    let at: unknown = element
    for (let level = 0; level < depth; level++) at = (at as unknown[])[0]
    expect(at).toBe(1)
    const aside = '{"a":'.repeat(depth) + 1 + '}'.repeat(depth)
    expect(await read(`{"aside":${aside},"value":[1]}`, { path: 'value' })).toEqual([1])
  })

  describe('when the path leads nowhere good', () => {
    it.each([
      ['a missing key', '{"data":[1],"more":2}', 'value', 'is not there. Keys at the top: "data", "more".'],
      ['a missing inner key', '{"a":{"c":[1]}}', 'a.b', 'is not there. Keys at the top: "a".'],
      ['an array without that index', '[[1]]', '3', 'is not there. No keys were seen.'],
      ['an object', '{"value":{"a":[1]}}', 'value', 'is an object where an array was expected'],
      ['a string', '{"value":"[1]"}', 'value', 'is a string where'],
      ['a number', '{"value":1}', 'value', 'is a number where'],
      ['null', '{"value":null}', 'value', 'is null where'],
      ['a boolean', '{"value":true}', 'value', 'is a boolean where'],
      ['two arrays', '{"value":[1],"value":[2]}', 'value', 'is there twice'],
    ])('complains about %s', async (_name, text, path, words) => {
      const error: Error = await read(text, { path }).catch((thrown) => thrown)
      expect(error).toMatchObject({ code: 'bad-input' })
      expect(error.message).toContain(words)
      expect(error.message).toContain(`"${path}"`)
    })

    it.each(['{"value":[1]}', '1', 'null', '"text"', 'true'])(
      'says that %s is no array and how to go on',
      async (text) => {
        await expect(read(text)).rejects.toMatchObject({
          code: 'bad-input',
          message: expect.stringContaining("path: 'value'"),
        })
      },
    )
  })

  describe('when the text is no JSON', () => {
    it('names line, column and offset', async () => {
      const text = '[\r\n  {"a": 1},\r\n  {"a": oops}\r\n]'
      await expect(read(text)).rejects.toMatchObject({
        code: 'bad-input',
        message: 'Not JSON at line 3, column 9 (offset 24): expected a value.',
      })
    })

    it('delivers what stood before the error and says the same, whatever the chunks', async () => {
      const text = '\ufeff[{"a":1},\r\n{"a":[2,"é😀"]},\r\n{"a":3,}]'
      const whole = await collectUntilError(fromJsonArray()([text]))
      expect(whole.items).toEqual([{ a: 1 }, { a: [2, 'é😀'] }])
      await fc.assert(
        fc.asyncProperty(chunkLengths, async (lengths) => {
          const cut = await collectUntilError(fromJsonArray()(rechunk(Buffer.from(text), lengths)))
          expect(cut).toEqual(whole)
          expect(String(cut.error)).toBe(String(whole.error))
        }),
      )
    })

    it('never takes a text that was cut for a whole one', async () => {
      const text = '{"skip":{"a":[true,"x\\u0041"]},"value":[{"n":-1.5e3},"é",[],null],"more":0}'
      for (let length = 0; length < text.length; length++) {
        const { error } = await collectUntilError(fromJsonArray({ path: 'value' })([text.slice(0, length)]))
        expect(error, `cut after ${length}`).toMatchObject({ code: 'bad-input' })
      }
    })

    it('accepts just what JSON.parse accepts, however a text is damaged', async () => {
      const damage = fc.record({
        at: fc.nat(),
        drop: fc.nat(3),
        insert: fc.constantFrom('', ',', '}', ']', '"', '\n', 'x', '0', '\\'),
      })
      await fc.assert(
        fc.asyncProperty(jsonArray, damage, chunkLengths, async (array, { at, drop, insert }, lengths) => {
          const text = JSON.stringify(array)
          const place = at % text.length
          const damaged = text.slice(0, place) + insert + text.slice(place + drop)
          let expected: unknown
          try {
            expected = parseExactJson(Buffer.from(damaged).toString())
          } catch {
            expected = undefined
          }
          const { items, error } = await collectUntilError(
            fromJsonArray()(rechunk(Buffer.from(damaged), lengths)),
          )
          if (Array.isArray(expected)) expect(items).toEqual(expected)
          else expect(error).toMatchObject({ code: 'bad-input' })
        }),
        { numRuns: 500 },
      )
    })

    it('refuses what follows the array', async () => {
      await expect(read('[1] [2]')).rejects.toThrow('Not JSON at line 1, column 5')
    })

    it('refuses bytes that are not UTF-8, at the end too', async () => {
      await expect(read(Buffer.from('["Andr\u00e9"]', 'latin1'))).rejects.toMatchObject({
        code: 'bad-input',
        message: expect.stringContaining('not UTF-8'),
      })
      await expect(read(Buffer.from('[1]\u00e9').subarray(0, 4))).rejects.toMatchObject({ code: 'bad-input' })
    })
  })

  it('holds the element under way and never the array', async () => {
    const row = { text: 'x'.repeat(1000) }
    let pulled = 0
    async function* endless() {
      yield '['
      for (;;) {
        pulled++
        yield `${JSON.stringify(row)},`
      }
    }
    let seen = 0
    for await (const _ of fromJsonArray()(endless())) {
      seen++
      expect(pulled - seen).toBeLessThanOrEqual(1)
      if (seen === 2000) break
    }
  })

  it('delivers the elements of a huge chunk while it is being read', async () => {
    const text = `[${'1,'.repeat(500_000)}oops`
    const { items } = await collectUntilError(fromJsonArray()([text]))
    expect(items).toHaveLength(500_000)
  })

  it('passes errors of the source through as they are', async () => {
    const torn = new Error('socket closed')
    const source = Readable.from(
      (async function* () {
        yield '[1,2,'
        throw torn
      })(),
    )
    const { items, error } = await collectUntilError(fromJsonArray()(source))
    expect(items).toEqual([1, 2])
    expect(error).toBe(torn)
  })

  it('reaches the finally of its source when the consumer breaks', async () => {
    let closed = false
    async function* source() {
      try {
        yield '[1,2,3,'
        yield '4]'
      } finally {
        closed = true
      }
    }
    for await (const value of fromJsonArray<number>()(source())) if (value === 2) break
    expect(closed).toBe(true)
  })

  it.each([[''], [3], [[1]], [null], [{}]])('refuses the path %j', (path) => {
    expect(() => fromJsonArray({ path: path as never })).toThrow(/path must be keys.*received/)
  })

  it('refuses chunks that are neither text nor bytes', async () => {
    await expect(collect(fromJsonArray()([1 as never]))).rejects.toThrow(/fromJsonArray\(\).*received 1/)
  })
})
