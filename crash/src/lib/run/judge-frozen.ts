import type { Problem, TraceEntry } from '@deltaverse/testing/crash'

/** A stretch of what one of the two told, in the order in which it happened. */
export interface Stretch {
  readonly who: 'first' | 'successor'
  readonly entries: readonly TraceEntry[]
}

/** What one of the two holds that nobody has committed yet. */
interface Holder {
  /** The state that it goes on from; `undefined` before it has loaded one. */
  base: string | null | undefined
  open: TraceEntry[]
  /** The state that it is about to save. */
  pending: string | undefined
}

/**
 * Makes one trace of the two, as if whoever saved a state had been alone up to then, and tells where one of them saved over what the
 * other had saved.
 */
export function judgeFrozen(stretches: readonly Stretch[]): {
  readonly trace: readonly TraceEntry[]
  readonly problems: readonly Problem[]
} {
  const trace: TraceEntry[] = []
  const problems: Problem[] = []
  const holders: Readonly<Record<Stretch['who'], Holder>> = { first: newHolder(), successor: newHolder() }
  let current: string | null | undefined
  let last: Holder | undefined
  /** A save that was under way as its process froze, and ended when that was awake: it may be where nobody counts it. */
  let doubtful: { readonly holder: Holder; readonly state: string } | undefined

  function commit(holder: Holder, state: string): void {
    // Nobody could save behind it if it did not count.
    if (doubtful?.holder === holder) trace.push({ kind: 'saved' })
    doubtful = undefined
    tell(holder)
    trace.push({ kind: 'saved' })
    current = state
    holder.base = state
    holder.pending = undefined
  }

  /** What the other has told and nobody committed is dropped, as by a load. */
  function tell(holder: Holder): void {
    if (last !== holder && current !== undefined) trace.push({ kind: 'loaded', state: current })
    last = holder
    trace.push(...holder.open)
    holder.open = []
  }

  /** Whatever is loaded next tells whether it counts. */
  function doubt(holder: Holder, state: string): void {
    tell(holder)
    doubtful = { holder, state }
    holder.base = state
    holder.pending = undefined
  }

  function load(holder: Holder, other: Holder, state: string | null): void {
    if (state !== null && other.pending === state) commit(other, state)
    current ??= state
    holder.base = state
    holder.open = []
    if (last === holder) last = undefined
  }

  /** @param wasUnderWay it was told before the process froze that it is about to be saved */
  function save(who: Stretch['who'], state: string, wasUnderWay: boolean): void {
    const holder = holders[who]
    const goesOn = holder.base === current || doubtful?.holder === holder
    holder.pending = undefined
    if (wasUnderWay) {
      if (goesOn) doubt(holder, state)
      return
    }
    if (!goesOn) problems.push(savedOver(who))
    commit(holder, state)
  }

  function take({ who, entries }: Stretch): void {
    const holder = holders[who]
    let wasUnderWay = true
    for (const entry of entries) {
      if (entry.kind === 'loaded') {
        load(holder, holders[who === 'first' ? 'successor' : 'first'], entry.state)
      } else if (entry.kind === 'saving') {
        wasUnderWay = false
        holder.open.push(entry)
        holder.pending = entry.state
      } else if (entry.kind === 'delivering') holder.open.push(entry)
      else if (entry.kind === 'saved' && holder.pending !== undefined) save(who, holder.pending, wasUnderWay)
    }
    problems.push(...wrongEnds(who, entries))
  }

  for (const stretch of stretches) take(stretch)
  for (const holder of [holders.first, holders.successor]) if (holder.open.length > 0) tell(holder)
  return { trace, problems }
}

function newHolder(): Holder {
  return { base: undefined, open: [], pending: undefined }
}

function savedOver(who: Stretch['who']): Problem {
  const words = {
    first: 'a process that had been frozen saved a state over that of its successor',
    successor: 'a successor saved a state over that of the process that woke',
  }
  return { kind: 'lost', message: words[who] }
}

/** How a run may end that has lost its name to another, or could not have it, and through faults of the service. */
const expected: ReadonlySet<string> = new Set([
  'conflict',
  'sink-failed',
  'throttled',
  'unavailable',
  'service-failed',
  'no-response',
  'bad-response',
  'delta-token-expired',
])
/** The one that woke may find as well that what it had is no longer there. */
const expectedOfFirst: ReadonlySet<string> = new Set(['sink-mismatch', 'checkpoint-invalid'])

function wrongEnds(who: Stretch['who'], entries: readonly TraceEntry[]): Problem[] {
  const error = entries.find((entry) => entry.kind === 'ended')?.error
  if (error === undefined || expected.has(error.code)) return []
  if (who === 'first' && expectedOfFirst.has(error.code)) return []
  const words = who === 'first' ? 'the process that woke' : 'its successor'
  return [{ kind: 'stuck', message: `${words} ended with ${error.code}: ${error.message}` }]
}
