import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseBoundary } from './multipart-boundary.js'
import { splitMultipart } from './multipart-parts.js'

const format = (boundary: string, parts: readonly (readonly [string, string])[]): string =>
  `${parts.map(([head, content]) => `--${boundary}\r\n${head}\r\n\r\n${content}\r\n`).join('')}--${boundary}--\r\n`

describe('splitMultipart()', () => {
  it('finds the parts that were written, whatever they hold but the boundary', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '-', '\r\n', '\n', '{', '"', ':', ' ', '--b', 'ü') })
    fc.assert(
      fc.property(fc.array(text, { maxLength: 5 }), (contents) => {
        const written = contents.map((content): [string, string] => ['A: 1', content])
        const found = splitMultipart(format('boundary', written), 'boundary')
        expect(found.map(({ content }) => content)).toEqual(contents)
        expect(found.every(({ readable }) => readable)).toBe(true)
      }),
    )
  })

  it('does not take a longer boundary for its own', () => {
    const inner = format('b1', [['A: 1', 'x']])
    const [part, ...others] = splitMultipart(format('b', [['A: 1', inner]]), 'b')
    expect([part?.content, others]).toEqual([inner, []])
  })

  it('reads headers in any case, and the last of a cut body as unreadable', () => {
    expect(splitMultipart('--b\r\nContent-ID:  7 \r\nbroken\r\n\r\nx', 'b')).toEqual([
      { headers: { 'content-id': '7' }, content: 'x', readable: false },
    ])
    expect(splitMultipart('', 'b')).toEqual([])
  })
})

describe('parseBoundary()', () => {
  it.each([
    ['multipart/mixed; boundary=a', 'a'],
    ['multipart/mixed;boundary="a b"', 'a b'],
    ['MULTIPART/MIXED; charset=utf-8; Boundary=a;x=y', 'a'],
    ['multipart/form-data; boundary=a', undefined],
    ['multipart/mixed', undefined],
    [undefined, undefined],
  ])('of %s is %s', (type, boundary) => {
    expect(parseBoundary(type)).toBe(boundary)
  })
})
