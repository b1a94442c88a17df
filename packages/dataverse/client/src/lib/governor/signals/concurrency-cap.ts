/** Stays below the number at a time that the service refused, and finds its way back. */
export interface ConcurrencyCap {
  /** A request was refused for too many at a time, with this many others under way. */
  refuse(inFlight: number): void
  accept(): void
  bound(): number
}

const cutTo = 0.75
/** Answers before one more at a time is tried. */
const patience = 50

/** Makes a cap that does not bind yet. The limit counts all clients of a user, so it can be hit below our own ceiling. */
export function createConcurrencyCap(): ConcurrencyCap {
  let bound = Number.POSITIVE_INFINITY
  let accepted = 0
  return {
    refuse(inFlight) {
      bound = Math.max(1, Math.floor(Math.min(bound, inFlight) * cutTo))
      accepted = 0
    },
    accept() {
      if (bound === Number.POSITIVE_INFINITY || ++accepted < patience) return
      accepted = 0
      bound++
    },
    bound: () => bound,
  }
}
