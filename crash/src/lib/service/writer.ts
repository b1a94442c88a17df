import type { SeededRandom } from '@deltaverse/testing'
import type { RowValues } from '@deltaverse/testing/crash'
import { valuesOf } from './item-table.js'

/** Somebody who works on the table while it is read. */
export interface Writer {
  /** Fills the table with its first rows. */
  fill(rows: number): void
  /** Writes now and then, in the proportion that the scenario says; called with each request. */
  perhaps(): void
  /** Writes a lot at once. */
  burst(): void
}

export interface WriterOptions {
  readonly random: SeededRandom
  /** Places for rows; as many ids are in use, ever. */
  readonly slots: number
  readonly pageSize: number
  /** Probability of a write with each request; further ones follow with the same probability. */
  readonly writesPerRequest: number
  /** The places that have a row, in order. */
  filled(): readonly number[]
  create(slot: number, values: RowValues): void
  update(slot: number, values: RowValues): void
  remove(slot: number): void
}

/** Creates the writer. Rows on the borders of pages are its favourites; ids that were deleted come back. */
export function createWriter(options: WriterOptions): Writer {
  const { random, slots, pageSize } = options
  let edit = 0
  const has = (slot: number): boolean => options.filled().includes(slot)

  function somewhere(): number {
    if (random.chance(0.5)) return random.below(slots)
    const filled = options.filled()
    const border = random.below(Math.max(1, Math.ceil(filled.length / pageSize))) * pageSize
    const slot = filled[border - random.below(2)] ?? filled[border] ?? random.below(slots)
    return Math.min(slots - 1, Math.max(0, slot + (random.chance(0.3) ? random.between(-1, 1) : 0)))
  }

  function write(): void {
    const slot = somewhere()
    edit += 1
    if (!has(slot)) options.create(slot, valuesOf(slot, edit))
    else if (random.chance(0.65)) options.update(slot, valuesOf(slot, edit))
    else {
      options.remove(slot)
      // Deleted and created again under the same id, with nothing in between.
      if (random.chance(0.2)) options.create(slot, valuesOf(slot, edit))
    }
  }

  return {
    fill(rows) {
      for (let made = 0; made < Math.min(rows, slots); ) {
        const slot = random.below(slots)
        if (has(slot)) continue
        edit += 1
        options.create(slot, valuesOf(slot, edit))
        made += 1
      }
    },
    perhaps() {
      while (random.chance(options.writesPerRequest)) write()
    },
    burst() {
      for (let left = random.between(1, slots); left > 0; left -= 1) write()
    },
  }
}
