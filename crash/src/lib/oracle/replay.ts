import type { Delivery } from '../run/trace.js'

/** What rows there are, as versions by id, according to deliveries. */
export interface Replay {
  /** What was there before the full read under way, or what is there now when there is none. */
  readonly settled: ReadonlyMap<string, string>
  /** With what the full read under way has brought so far. */
  readonly current: ReadonlyMap<string, string>
  readonly isFullRead: boolean
}

/** Applies deliveries in their order, as the contract of sinks says. */
export function replay(deliveries: readonly Delivery[]): Replay {
  const current = new Map<string, string>()
  let settled: Map<string, string> | undefined
  let seen: Set<string> | undefined
  for (const each of deliveries) {
    if (each.kind === 'reset') {
      settled ??= new Map(current)
      seen = new Set()
    } else if (each.kind === 'row') {
      current.set(each.id, each.version)
      seen?.add(each.id)
    } else if (each.kind === 'deletion') {
      current.delete(each.id)
      seen?.delete(each.id)
    } else {
      for (const id of current.keys()) if (seen !== undefined && !seen.has(id)) current.delete(id)
      seen = undefined
      settled = undefined
    }
  }
  return { settled: settled ?? current, current, isFullRead: seen !== undefined }
}
