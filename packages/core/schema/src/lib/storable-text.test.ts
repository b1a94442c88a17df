import { describe, expect, it } from 'vitest'
import { createStorableText, storableJson } from './storable-text.js'

const broken = 'a\ud800b'

describe('text that a target cannot hold', () => {
  it.each(['surrogate-halves', 'surrogate-halves-and-nul'] as const)(
    'is refused, stripped or replaced (%s)',
    (which) => {
      expect(createStorableText('a tape', 'refuse', which)(broken)).toEqual({
        fault: expect.stringMatching(
          /half of a surrogate pair at position 1, which a tape cannot store.*badCharacters/,
        ),
      })
      expect(createStorableText('a tape', 'strip', which)(broken)).toBe('ab')
      expect(createStorableText('a tape', 'replace', which)(broken)).toBe('a\ufffdb')
      expect(createStorableText('a tape', 'refuse', which)('whole 😀')).toBe('whole 😀')
    },
  )

  it('holds NUL only where the target takes none', () => {
    expect(createStorableText('a tape', 'strip', 'surrogate-halves')('a\0b')).toBe('a\0b')
    expect(createStorableText('a tape', 'strip', 'surrogate-halves-and-nul')('a\0b')).toBe('ab')
  })

  it('is found inside JSON, in names too', () => {
    const strip = createStorableText('a tape', 'strip', 'surrogate-halves-and-nul')
    expect(storableJson('{"a\\u0000":["b\\ud800"]}', strip)).toBe('{"a":["b"]}')
    const refuse = createStorableText('a tape', 'refuse', 'surrogate-halves-and-nul')
    expect(storableJson('{"a":"\\u0000"}', refuse)).toMatchObject({ fault: /NUL/ })
  })
})
