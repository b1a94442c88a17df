import { describe, expect, it } from 'vitest'
import { createSeededRandom } from './seeded-random.js'

describe('createSeededRandom()', () => {
  it('gives the same numbers for the same seed and stream, and others for others', () => {
    const drawn = (seed: number, stream?: string) => {
      const random = createSeededRandom(seed, stream)
      return Array.from({ length: 20 }, () => random.below(1_000_000))
    }
    expect(drawn(1)).toEqual(drawn(1))
    expect(drawn(1, 'a')).toEqual(drawn(1, 'a'))
    expect(new Set([drawn(1), drawn(2), drawn(1, 'a'), drawn(1, 'b')].map(String)).size).toBe(4)
  })

  it('gives mulberry32, on every machine', () => {
    expect(createSeededRandom(1).below(2 ** 32)).toBe(2_693_262_067)
  })

  it('stays within its bounds', () => {
    const random = createSeededRandom(7)
    for (let count = 0; count < 1000; count += 1) {
      expect(random.between(3, 5)).toSatisfy((value: number) => [3, 4, 5].includes(value))
      expect(random.next()).toBeLessThan(1)
    }
    expect(random.chance(0)).toBe(false)
    expect(random.chance(1)).toBe(true)
    expect(random.pick(['only'])).toBe('only')
  })
})
