import { createHash } from 'node:crypto'

/** Makes GUIDs of a fixed sequence, ascending as those that the service makes. */
export interface IdSequence {
  next(): string
  /** How many were made. */
  readonly count: number
  /** Continues after `count` ids, if that is further on. */
  skipTo(count: number): void
}

/** The same seed gives the same GUIDs. */
export function createIdSequence(seed: number): IdSequence {
  const hex = createHash('sha256').update(`dataverse-emulator-ids:${seed}`).digest('hex')
  // Shaped as sequential GUIDs of the service: the first part moves, the rest stays.
  const tail = `${hex.slice(0, 4)}-ee11-8${hex.slice(4, 7)}-000d3a${hex.slice(7, 13)}`
  let count = 0
  return {
    next() {
      count += 1
      return `${count.toString(16).padStart(8, '0')}-${tail}`
    },
    get count() {
      return count
    },
    skipTo(reached) {
      count = Math.max(count, reached)
    },
  }
}

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Whether text is a GUID without braces, in either case. */
export function isGuid(text: string): boolean {
  return guid.test(text)
}
