/**
 * Makes factors around 1 that scatter by a quarter, as the times of single requests do; the same ones for the same seed.
 * Without a seed nothing scatters.
 */
export function createScatter(seed: number | undefined): () => number {
  if (seed === undefined) return () => 1
  const random = createRandom(seed)
  // Box-Muller; no request takes less than a third of its time.
  return () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random()))
    return Math.max(0.3, 1 + 0.25 * radius * Math.cos(2 * Math.PI * random()))
  }
}

/** Numbers from 0 up to 1, the same ones for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
