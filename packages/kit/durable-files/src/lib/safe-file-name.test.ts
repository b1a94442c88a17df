import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { safeFileName } from './safe-file-name.js'

describe('safeFileName()', () => {
  it.each([
    ['products', 'products'],
    ['sales.2026-01_a', 'sales.2026-01_a'],
    ['Products', '%50roducts'],
    ['a/b\\c', 'a%2fb%5cc'],
    ['..', '%2e%2e'],
    ['.', '%2e'],
    ['.hidden.', '%2ehidden%2e'],
    ['100%', '100%25'],
    ['née', 'n%c3%a9e'],
    ['nul', '%6eul'],
    ['com1.txt', '%63om1.txt'],
    ['common', 'common'],
    ['a b', 'a%20b'],
  ])('writes %j as %j', (name, safe) => {
    expect(safeFileName(name)).toBe(safe)
  })

  it('cuts long names, and still tells them apart', () => {
    const [one, other] = [safeFileName(`${'a'.repeat(300)}1`), safeFileName(`${'a'.repeat(300)}2`)]
    expect(one).toHaveLength(120)
    expect(one).not.toBe(other)
    expect(safeFileName('a'.repeat(120))).toBe('a'.repeat(120))
  })

  it('is safe everywhere and different for different names, whatever they are', () => {
    const names = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(names, names, (one, other) => {
        const safe = safeFileName(one)
        expect(safe).toMatch(/^[a-z\d_.%~-]{1,120}$/)
        expect(safe).not.toMatch(/^\.|\.$/)
        if (one !== other) expect(safeFileName(other)).not.toBe(safe)
      }),
    )
  })

  it('refuses what is no name', () => {
    expect(() => safeFileName('')).toThrow(TypeError)
    expect(() => safeFileName('a\ud800')).toThrow(TypeError)
  })
})
