import type { Delivery } from '../run/trace.js'

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
}

/** Applies deliveries in their order, as the contract of sinks says. */
export function replay(deliveries: readonly Delivery[]): Replay {
  let current = new Map<string, string>()
  let settled: Versions | undefined
  let underWay: Map<string, string> | undefined
  for (const each of deliveries) {
    if (each.kind === 'reset') {
      settled ??= new Map(current)
      current = new Map(settled)
      underWay = new Map()
    } else if (each.kind === 'row') {
      current.set(each.id, each.version)
      underWay?.set(each.id, each.version)
    } else if (each.kind === 'deletion') {
      current.delete(each.id)
      underWay?.delete(each.id)
    } else if (underWay !== undefined) {
      current = underWay
      settled = undefined
      underWay = undefined
    }
  }
  return { settled: settled ?? current, current, underWay: underWay ?? current }
}
