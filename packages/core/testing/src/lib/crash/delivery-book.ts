import type { SyncState } from '@deltaverse/core'
import type { Delivery, TraceEntry } from './trace.js'

/** What was delivered to the sink, over all runs, and what of it counts because a state behind it was saved. */
export interface DeliveryBook {
  take(entry: TraceEntry): void
  /** Deliveries that count, in their order; without those of a save that nobody knows the end of. */
  readonly committed: readonly Delivery[]
  /**
   * The deliveries as of each moment that a reader may see: every commit since the last one that ended a read, that one
   * included, whether its state was saved or the run died in between.
   */
  readonly moments: readonly (readonly Delivery[])[]
  /** Deliveries that a crash made come again, none of which had been committed. */
  readonly duplicatesSeen: number
  /** Deliveries that were committed, and are to come again because a saved state is gone. */
  readonly duplicatesAfterCommit: number
}

interface Saved {
  readonly state: string | null
  /** Whether a read had come to its end. */
  readonly isEnd: boolean
  /** Number of deliveries that it covers. */
  readonly covers: number
}

export function createDeliveryBook(): DeliveryBook {
  let committed: Delivery[] = []
  let saves: Saved[] = [{ state: null, isEnd: true, covers: 0 }]
  let open: Delivery[] = []
  let inDoubt: { readonly state: string; readonly deliveries: readonly Delivery[] } | undefined
  let unsaved: (readonly Delivery[])[] = []
  let lost = new Map<string, number>()
  let duplicatesSeen = 0
  let duplicatesAfterCommit = 0

  function commit(state: string, deliveries: readonly Delivery[]): void {
    committed.push(...deliveries)
    const isEnd = isEndOfRead(state)
    saves.push({ state, isEnd, covers: committed.length })
    if (isEnd) unsaved = []
  }

  function load(state: string | null): void {
    if (inDoubt?.state === state) {
      commit(inDoubt.state, inDoubt.deliveries)
      drop(open)
    } else drop([...(inDoubt?.deliveries ?? []), ...open])
    inDoubt = undefined
    open = []
    if (saves.at(-1)?.state === state) return
    const older = saves.findLastIndex((each) => each.state === state)
    const covers = saves[older]?.covers ?? 0
    duplicatesAfterCommit += committed.length - covers
    committed = committed.slice(0, covers)
    saves = saves.slice(0, older + 1)
  }

  function drop(deliveries: readonly Delivery[]): void {
    if (deliveries.length > 0) unsaved.push([...committed, ...deliveries])
    for (const each of deliveries) lost.set(keyOf(each), (lost.get(keyOf(each)) ?? 0) + 1)
  }

  function deliver(each: Delivery): void {
    open.push(each)
    const times = lost.get(keyOf(each)) ?? 0
    if (times === 0 || each.kind === 'reset' || each.kind === 'complete') return
    lost.set(keyOf(each), times - 1)
    duplicatesSeen += 1
  }

  return {
    take(entry) {
      if (entry.kind === 'loaded') load(entry.state)
      else if (entry.kind === 'delivering') for (const each of entry.events) deliver(each)
      else if (entry.kind === 'saving') inDoubt = { state: entry.state, deliveries: open.splice(0) }
      else if (entry.kind === 'saved' && inDoubt !== undefined) {
        commit(inDoubt.state, inDoubt.deliveries)
        inDoubt = undefined
        lost = new Map()
      }
    },
    get committed() {
      return committed
    },
    get moments() {
      const lastEnd = saves.findLastIndex(({ isEnd }) => isEnd)
      const saved = saves.slice(Math.max(0, lastEnd)).map(({ covers }) => committed.slice(0, covers))
      return [...saved, ...unsaved, [...committed, ...(inDoubt?.deliveries ?? []), ...open]]
    },
    get duplicatesSeen() {
      return duplicatesSeen
    },
    get duplicatesAfterCommit() {
      return duplicatesAfterCommit
    },
  }
}

/** As the state tells: nothing of a read is left to be asked for, and no deletions of it are left to be derived. */
function isEndOfRead(state: string): boolean {
  const { checkpoint, fingerprintPhase } = JSON.parse(state) as SyncState
  return checkpoint.isBoundary && fingerprintPhase === undefined
}

function keyOf(delivery: Delivery): string {
  switch (delivery.kind) {
    case 'row':
      return `row ${delivery.id} ${delivery.version}`
    case 'patch':
      return `patch ${delivery.id} ${delivery.version}`
    case 'deletion':
      return `deletion ${delivery.id}`
    default:
      return `${delivery.kind} ${delivery.epoch}`
  }
}
