import { createReadStream } from 'node:fs'
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { isDataverseError } from '@deltaverse/core'
import { type BadLine, type ChangeLine, fromNdjson, toNdjson } from '@deltaverse/node-streams'
import { parseExactJson } from '@deltaverse/schema'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { collect, collectUntilError } from './collect.js'
import { contact, deleted, idOf } from './fake-feed.js'
import { chunkLengths, rechunk, rechunkText } from './rechunk.js'

// Any value of JSON; -0 is left out because JSON.stringify writes it as 0.
const jsonRow = fc
  .jsonValue({ stringUnit: 'binary' })
  .map((value): unknown => JSON.parse(JSON.stringify(value)))

function read(text: string | Uint8Array, options = {}): Promise<unknown[]> {
  return collect(fromNdjson(options)([text]))
}

describe('fromNdjson()', () => {
  it('gives back any rows that toNdjson() wrote, whatever the chunks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(jsonRow),
        chunkLengths,
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        fc.boolean(),
        async (rows, lengths, ending, hasMark, isEnded) => {
          // As single items: an array among the rows would be taken for a batch.
          const lines = (await collect(toNdjson()(rows.map((row) => ({ row }))))).map((line) =>
            line.toString().trimEnd(),
          )
          const text = `${hasMark ? '\ufeff' : ''}${lines.join(ending)}${isEnded ? ending : ''}`
          const expected = rows.map((row) => ({ row: parseExactJson(JSON.stringify(row)) }))
          expect(await collect(fromNdjson()(rechunk(Buffer.from(text), lengths)))).toEqual(expected)
          expect(await collect(fromNdjson()(rechunkText(text, lengths)))).toEqual(expected)
        },
      ),
    )
  })

  it('reads the changes that toNdjson() wrote', async () => {
    const lines = await collect(fromNdjson<ChangeLine>()(toNdjson()([contact(1), deleted(2)])))
    expect(lines).toEqual([
      { kind: 'upserted', table: 'contacts', id: idOf(1), rowVersion: '1001', row: contact(1).row },
      { kind: 'deleted', table: 'contacts', id: idOf(2) },
    ])
  })

  it('passes over blank lines and counts them', async () => {
    expect(await read('\n{"a":1}\n\r\n  \t \n{"a":2}\n\n')).toEqual([{ a: 1 }, { a: 2 }])
    await expect(read('\n\r\n  \nx')).rejects.toThrow('Line 4 ')
  })

  it('keeps null, false, 0 and empty text: they are values', async () => {
    expect(await read('null\nfalse\n0\n""')).toEqual([null, false, 0, ''])
  })

  it('gives nothing for empty input, or a lone byte order mark', async () => {
    expect(await read('')).toEqual([])
    expect(await read('\ufeff')).toEqual([])
    expect(await collect(fromNdjson()([]))).toEqual([])
  })

  it('takes a byte order mark for one at the very start only', async () => {
    await expect(read('1\n\ufeff2')).rejects.toMatchObject({ code: 'bad-input' })
  })

  it('names line, column and surroundings of what is no JSON', async () => {
    const error = await read('{"a":1}\n{"name":"Ada",}\n{"a":2}').catch((thrown) => thrown)
    expect(isDataverseError(error)).toBe(true)
    expect(error).toMatchObject({ code: 'bad-input', retryable: false })
    expect(error.message).toBe('Line 2 is not JSON, column 15: unexpected token \'}\', at `…me":"Ada",}`.')
    expect(error.cause).toBeInstanceOf(SyntaxError)
  })

  it('names the end of a line that was cut', async () => {
    await expect(read('{"a":"b')).rejects.toThrow('Line 1 is not JSON, column 8')
  })

  it('keeps the excerpt short', async () => {
    const error: Error = await read(`{"a":"${'x'.repeat(10_000)}",}`).catch((thrown) => thrown)
    expect(error.message.length).toBeLessThan(200)
  })

  it('has delivered the rows before a bad line', async () => {
    const { items, error } = await collectUntilError(fromNdjson()(['{"a":1}\n{"a":2}\nno\n{"a":3}\n']))
    expect(items).toEqual([{ a: 1 }, { a: 2 }])
    expect(error).toMatchObject({ code: 'bad-input' })
  })

  it('goes on after bad lines when told where to report them', async () => {
    const bad: (BadLine & { readonly code: string })[] = []
    const rows = await read('{"a":1}\nnope\r\n\n{"a":2}\n[1,', {
      onBadLine: (error: { code: string }, { line, text }: BadLine) =>
        bad.push({ code: error.code, line, text }),
    })
    expect(rows).toEqual([{ a: 1 }, { a: 2 }])
    expect(bad).toEqual([
      { code: 'bad-input', line: 2, text: 'nope' },
      { code: 'bad-input', line: 5, text: '[1,' },
    ])
  })

  it('stops when the callback for bad lines throws', async () => {
    const stop = new Error('enough')
    const onBadLine = () => {
      throw stop
    }
    await expect(read('x\n1', { onBadLine })).rejects.toBe(stop)
  })

  it('refuses bytes that are not UTF-8 instead of replacing them', async () => {
    const latin1 = Buffer.from('{"name":"Andr\u00e9"}\n', 'latin1')
    await expect(read(latin1)).rejects.toMatchObject({ code: 'bad-input', message: 'Line 1 is not UTF-8.' })
    await expect(read(Buffer.from('\ufeff{}\n', 'utf16le'))).rejects.toThrow('looks like UTF-16')
  })

  it('refuses chunks that are neither text nor bytes', async () => {
    await expect(collect(fromNdjson()([{ a: 1 } as never]))).rejects.toThrow(
      /fromNdjson\(\).*received an object/,
    )
  })

  describe('maxLineBytes', () => {
    it('accepts a line of just that length, with any ending and with a byte order mark', async () => {
      await fc.assert(
        fc.asyncProperty(
          chunkLengths,
          fc.constantFrom('', '\n', '\r\n'),
          fc.boolean(),
          async (lengths, ending, hasMark) => {
            const text = Buffer.from(`${hasMark ? '\ufeff' : ''}"12345678"${ending}`)
            expect(await collect(fromNdjson({ maxLineBytes: 10 })(rechunk(text, lengths)))).toEqual([
              '12345678',
            ])
          },
        ),
      )
    })

    it('refuses a longer one, whatever the chunks and the ending, and can go on behind it', async () => {
      await fc.assert(
        fc.asyncProperty(chunkLengths, fc.constantFrom('\n', '\r\n'), async (lengths, ending) => {
          const text = Buffer.from(
            ['1', '"123456789"', '2', `"${'x'.repeat(5000)}"`, '3', '"123456789"'].join(ending),
          )
          const bad: BadLine[] = []
          const stage = fromNdjson({ maxLineBytes: 10, onBadLine: (_error, line) => bad.push(line) })
          expect(await collect(stage(rechunk(text, lengths)))).toEqual([1, 2, 3])
          expect(bad.map(({ line }) => line)).toEqual([2, 4, 6])
          expect(bad[1]?.text.length).toBeLessThanOrEqual(1024)
          const strict = fromNdjson({ maxLineBytes: 10 })(rechunk(text, lengths))
          await expect(collect(strict)).rejects.toThrow('Line 2 is longer than maxLineBytes (10)')
        }),
      )
    })

    it('gives up as soon as a line is too long, without waiting for its end', async () => {
      let pulled = 0
      async function* endless() {
        for (;;) {
          pulled++
          yield Buffer.alloc(10, 'x')
        }
      }
      await expect(collect(fromNdjson({ maxLineBytes: 100 })(endless()))).rejects.toMatchObject({
        code: 'bad-input',
      })
      expect(pulled).toBeLessThan(13)
    })

    it.each([0, -1, 1.5, Number.NaN, '10'])(
      'must be a whole number of at least 1, not %s',
      (maxLineBytes) => {
        expect(() => fromNdjson({ maxLineBytes: maxLineBytes as number })).toThrow(/maxLineBytes .*received/)
      },
    )
  })

  it('refuses an onBadLine that is no function', () => {
    expect(() => fromNdjson({ onBadLine: true as never })).toThrow(
      'onBadLine must be a function, received a boolean',
    )
  })

  it('reads files, file handles, Readables and web streams', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'from-ndjson-'))
    try {
      const path = join(folder, 'rows.ndjson')
      await writeFile(path, '{"a":"é"}\n{"a":2}\n')
      const expected = [{ a: 'é' }, { a: 2 }]
      expect(await collect(fromNdjson()(createReadStream(path, { highWaterMark: 3 })))).toEqual(expected)
      expect(await collect(fromNdjson()(createReadStream(path, 'utf8')))).toEqual(expected)
      const file = await open(path)
      expect(await collect(fromNdjson()(file.readableWebStream() as AsyncIterable<Uint8Array>))).toEqual(
        expected,
      )
      await file.close()
      expect(await collect(fromNdjson()(Readable.from(['{"a":"é"}\n{"', 'a":2}'])))).toEqual(expected)
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('reaches the finally of its source when the consumer breaks', async () => {
    let closed = false
    async function* source() {
      try {
        yield '1\n2\n3\n'
        yield '4\n'
      } finally {
        closed = true
      }
    }
    for await (const value of fromNdjson<number>()(source())) if (value === 2) break
    expect(closed).toBe(true)
  })
})
