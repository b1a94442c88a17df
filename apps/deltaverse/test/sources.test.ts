import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSource } from '../src/sources/open-source.js'
import type { SourceSettings } from '../src/sources/source-settings.js'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'deltaverse-sources-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function read(name: string, content: string | Buffer, settings: Partial<SourceSettings> = {}) {
  const path = join(folder, name)
  writeFileSync(path, content)
  const source = await openSource({ path, ...settings }, new AbortController().signal)
  const rows: unknown[] = []
  const lines: number[] = []
  for await (const { values, place } of source.rows) {
    rows.push(values)
    lines.push(place.line)
  }
  return { rows, lines, title: source.title.replace(`${folder}/`, '') }
}

describe('CSV', () => {
  it.each([',', ';', '\t', '|'])('finds %j between the values, outside of quotes', async (delimiter) => {
    const text = `name${delimiter}"a,b;c\t|"\nAnn${delimiter}1\n`
    expect((await read('d.csv', text)).rows).toEqual([{ name: 'Ann', 'a,b;c\t|': '1' }])
  })

  it('tells nothing from an empty text, and the line that each row begins on', async () => {
    const text = 'a,b\r\n,""\r\n"two\r\nlines",x\r\n\r\n\r\nlast,y'
    const { rows, lines, title } = await read('e.csv', text)
    expect(rows).toEqual([
      { a: null, b: '' },
      { a: 'two\r\nlines', b: 'x' },
      { a: 'last', b: 'y' },
    ])
    expect(lines).toEqual([2, 3, 7])
    expect(title).toBe('e.csv, CSV with "," between 2 columns')
  })

  it.each([
    ['UTF-8 with a mark', Buffer.from('\ufeffé,b\nö,1\n'), undefined],
    ['UTF-16', Buffer.from('\ufeffé,b\nö,1\n', 'utf16le'), undefined],
    ['Windows', Buffer.from('é,b\nö,1\n', 'latin1'), 'windows-1252'],
    ['gzip', gzipSync('é,b\nö,1\n'), undefined],
  ])('is read in %s', async (_, bytes, encoding) => {
    expect((await read('u.csv', bytes, { encoding })).rows).toEqual([{ é: 'ö', b: '1' }])
  })

  it('has a header from elsewhere where it has none', async () => {
    expect(await read('h.csv', '1,2\n3,4\n', { header: ['x', 'y'] })).toMatchObject({
      rows: [
        { x: '1', y: '2' },
        { x: '3', y: '4' },
      ],
      lines: [1, 2],
    })
  })

  it.each([
    ['a row of another length', 'a,b\n1,2\n1,2,3\n', 'line 3: 3 values where the header has 2'],
    ['a quote that does not end', 'a,b\n1,"2\n', 'line 2'],
    ['a name twice', 'a,a\n', 'two columns "a"'],
    ['a column without a name', 'a,,c\n', 'column 2 has no name'],
    ['nothing', '', 'is empty'],
    ['bytes of another encoding', Buffer.from('a,b\nö,1\n', 'latin1'), 'is not utf-8'],
  ])('is refused with its place: %s', async (_, content, message) => {
    await expect(read('bad.csv', content)).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringContaining(message),
    })
  })

  it('is refused when it is packed and breaks off', async () => {
    await expect(
      read('t.csv.gz', gzipSync('a,b\n1,2\n'.repeat(1000)).subarray(0, -10)),
    ).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringContaining('no whole gzip file'),
    })
  })
})

describe('JSON', () => {
  it('comes as lines, with every digit, blank lines counted', async () => {
    const text = '{"n":4006381333931000123}\n\n{"kind":"upserted","id":"1","row":{"n":0.1}}\n'
    expect(await read('r.ndjson', text)).toMatchObject({
      rows: [{ n: '4006381333931000123' }, { n: 0.1 }],
      lines: [1, 3],
    })
  })

  it('comes as an array', async () => {
    expect((await read('r.json', '[{"a":1},{"a":2}]')).rows).toEqual([{ a: 1 }, { a: 2 }])
  })

  it('is refused where a row is no object', async () => {
    await expect(read('x.ndjson', '{"a":1}\n7\n')).rejects.toMatchObject({
      message: expect.stringContaining('line 2'),
    })
  })
})

describe('a source', () => {
  it('is refused where its format cannot be told', async () => {
    await expect(read('r.dat', '')).rejects.toThrow('add --format csv, ndjson or json')
  })

  it('that is not there is said to be so', async () => {
    const source = openSource({ path: join(folder, 'none.csv') }, new AbortController().signal)
    await expect(source).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringContaining('ENOENT'),
    })
  })
})
