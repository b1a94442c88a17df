import type { Key, KeyMiss } from './key-results.js'

/** The result for a key that no row, or more than one, answers to. */
export function asMiss(key: Key, ids: readonly string[]): KeyMiss {
  return ids.length === 0
    ? { status: 'missing', key, id: undefined }
    : { status: 'ambiguous', key, id: undefined, ids }
}
