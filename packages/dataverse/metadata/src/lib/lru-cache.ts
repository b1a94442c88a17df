/** A map that forgets: the least recently used entries above its size, and every entry after its time. */
export interface LruCache<Value> {
  readonly size: number
  get(key: string): Value | undefined
  /** @param ttlMs how long the entry counts, in milliseconds */
  set(key: string, value: Value, ttlMs: number): void
  delete(key: string): void
  /** Forgets the entries whose key passes the test; all without a test. */
  clear(test?: ((key: string) => boolean) | undefined): void
}

/** Creates a cache of at most `maxEntries` entries. */
export function createLruCache<Value>(maxEntries: number, now: () => number): LruCache<Value> {
  // A Map keeps the order of insertion, so the first entry is the one not used for longest.
  const entries = new Map<string, { readonly value: Value; readonly expiresAtMs: number }>()
  return {
    get size() {
      return entries.size
    },
    get(key) {
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      entries.delete(key)
      if (entry.expiresAtMs <= now()) return undefined
      entries.set(key, entry)
      return entry.value
    },
    set(key, value, ttlMs) {
      entries.delete(key)
      if (maxEntries < 1 || ttlMs <= 0) return
      entries.set(key, { value, expiresAtMs: now() + ttlMs })
      if (entries.size <= maxEntries) return
      for (const oldest of entries.keys()) {
        entries.delete(oldest)
        break
      }
    },
    delete(key) {
      entries.delete(key)
    },
    clear(test) {
      if (test === undefined) entries.clear()
      else for (const key of [...entries.keys()]) if (test(key)) entries.delete(key)
    },
  }
}
