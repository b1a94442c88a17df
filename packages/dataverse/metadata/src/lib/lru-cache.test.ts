import { describe, expect, it } from 'vitest'
import { createLruCache } from './lru-cache.js'

describe('createLruCache()', () => {
  it('forgets the entry that was not used for longest, and each entry after its time', () => {
    let now = 0
    const cache = createLruCache<number>(2, () => now)
    cache.set('a', 1, 10)
    cache.set('b', 2, 20)
    expect(cache.get('a')).toBe(1)
    cache.set('c', 3, 20)
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([1, undefined, 3])
    now = 10
    expect([cache.get('a'), cache.get('c')]).toEqual([undefined, 3])
    expect(cache.size).toBe(1)
    cache.set('d', 4, 0)
    expect(cache.get('d')).toBeUndefined()
  })

  it('forgets what it is told to', () => {
    const cache = createLruCache<number>(9, () => 0)
    for (const key of ['a1', 'a2', 'b1']) cache.set(key, 1, 1)
    cache.clear((key) => key.startsWith('a'))
    expect(cache.size).toBe(1)
    cache.delete('b1')
    cache.set('c', 1, 1)
    cache.clear()
    expect(cache.size).toBe(0)
  })
})
