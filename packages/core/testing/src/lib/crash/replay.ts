import type { Delivery } from './trace.js'

/** Versions by id. */
export type Versions = ReadonlyMap<string, string>

/** What rows there are according to deliveries. */
export interface Replay {
  /** What is there now, or was before the full read under way. */
  readonly settled: Versions
  /** With what the full read under way has brought so far. */
  readonly current: Versions
  /** What the full read under way has brought so far, alone. */
  readonly underWay: Versions
  /**
   * As {@link current}, where what a snapshot brought stays although it began again: in a table whose rows are changed where
   * they are, until a snapshot comes to its end.
   */
  readonly inPlace: Versions
}

/** Applies deliveries in their order, as the contract of sinks says. */
export function replay(deliveries: readonly Delivery[]): Replay {
  let current = new Map<string, string>()
  let settled: Versions | undefined
  let underWay: Map<string, string> | undefined
  let inPlace = new Map<string, string>()
  for (const each of deliveries) {
    if (each.kind === 'reset') {
      settled ??= new Map(current)
      current = new Map(settled)
      underWay = new Map()
    } else if (each.kind === 'row') {
      current.set(each.id, each.version)
      inPlace.set(each.id, each.version)
      underWay?.set(each.id, each.version)
    } else if (each.kind === 'deletion') {
      current.delete(each.id)
      inPlace.delete(each.id)
      underWay?.delete(each.id)
    } else if (each.kind === 'complete' && underWay !== undefined) {
      current = underWay
      inPlace = new Map(underWay)
      settled = undefined
      underWay = undefined
    }
  }
  return { settled: settled ?? current, current, underWay: underWay ?? current, inPlace }
}
