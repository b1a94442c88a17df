import { describe, expect, it } from 'vitest'
import { encodeUrlText, formatODataLiteral, isGuidText, isSendableText } from './odata-literal.js'

describe('formatODataLiteral()', () => {
  it('writes text in quotes and the rest bare', () => {
    expect(formatODataLiteral({ kind: 'text', text: "it's" })).toBe("'it''s'")
    for (const text of ['5', '-12.50', 'true', 'null', '2026-03-25', '2026-03-25T17:42:47.123Z']) {
      expect(formatODataLiteral({ kind: 'bare', text })).toBe(text)
    }
  })

  it('refuses bare text that is no literal', () => {
    for (const text of ['', 'abc', "'x'", '1 or 2', '1e5', 'NaN', '2026-3-1', '{aaaaaaaa}']) {
      expect(() => formatODataLiteral({ kind: 'bare', text })).toThrow(TypeError)
    }
  })
})

describe('encodeUrlText()', () => {
  it('leaves unreserved characters alone and encodes all others', () => {
    expect(encodeUrlText('Az09-_.~')).toBe('Az09-_.~')
    expect(encodeUrlText("!'()* é\u{1F600}")).toBe('%21%27%28%29%2A%20%C3%A9%F0%9F%98%80')
    expect(() => encodeUrlText('\uDC00')).toThrow(TypeError)
  })
})

describe('isGuidText()', () => {
  it('takes GUIDs in any case, without braces', () => {
    expect(isGuidText('AAAAAAAA-0000-4000-8000-00000000000f')).toBe(true)
    expect(isGuidText('{aaaaaaaa-0000-4000-8000-000000000001}')).toBe(false)
    expect(isGuidText(5)).toBe(false)
  })
})

describe('isSendableText()', () => {
  it('tells whole characters from halves', () => {
    expect(isSendableText('\u{1F600}a')).toBe(true)
    expect(isSendableText('a\uD83D')).toBe(false)
    expect(isSendableText('\uDE00a')).toBe(false)
  })
})
