/** Chance that can be had again: the same seed gives the same numbers, on every machine. */
export interface SeededRandom {
  /** A number from 0 up to, and never, 1. */
  next(): number
  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number
  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number
  /** True as often as the probability says. */
  chance(probability: number): boolean
  pick<T>(list: readonly [T, ...T[]]): T
}

/**
 * Creates one stream of a seed.
 *
 * @param stream name of the stream. Streams are independent, so that one more draw in one of them moves nothing in another
 */
export function createSeededRandom(seed: number, stream?: string): SeededRandom {
  let state = stream === undefined ? seed | 0 : hash(`${seed}/${stream}`)
  // mulberry32: 32 bits of state are plenty for a test.
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return {
    next,
    below,
    between: (least, most) => least + below(most - least + 1),
    chance: (probability) => next() < probability,
    pick: (list) => list[below(list.length)] ?? list[0],
  }
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  }
  return value
}
