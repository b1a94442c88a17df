/** Notices that answers take longer because too many requests are under way, before the service refuses any. */
export interface LatencyWatch {
  observe(answer: TimedAnswer): void
  /** As many at a time as did not slow each other down; `Infinity` while nothing was noticed. */
  bound(): number
  /** Whether the number at a time still rises towards the ceiling for the first time. */
  isRising(): boolean
}

interface TimedAnswer {
  /** Requests of one kind are compared with each other. */
  readonly kind: string
  /** Time per row, so that a large request is not taken for a slow one. */
  readonly msPerUnit: number
  /** Requests under way, this one included. */
  readonly inFlight: number
  /** What else bounds the number at a time. */
  readonly ceiling: number
}

interface Kind {
  /** What a unit takes when nothing slows it down. */
  usualMs: number | undefined
  /** The round that is being measured. */
  readonly times: number[]
  sumInFlight: number
  /** Answers of requests that were sent before the last change say nothing about it. */
  skip: number
}

/** A smaller number at a time, on trial. */
interface Trial {
  readonly kind: Kind
  /** What a unit took before. */
  readonly ms: number
  /** As many at a time as got the same work done then. */
  readonly carried: number
  readonly boundBefore: number
}

/** A round that is this much slower is a bend; the times of single requests scatter by a quarter or so. */
const bendFactor = 1.2
const roundLength = 64
/** While rising a round is shorter and a step doubles, so that noise and bend are both larger. */
const risingBendFactor = 1.5
const risingRoundLength = 8
/** More than this at a time only after a calm round: "start low" (Microsoft Learn: Send parallel requests). */
const firstBound = 8
/** The trial goes well below what is needed, so that it shows clearly whether that helps. */
const trialShare = 0.75
/** Calm rounds before one more at a time is tried. */
const calmRounds = 4
/** Only a bound of which this much was in use can be said to be too low. */
const inUse = 0.7
/** The usual time follows quick rounds soon and slow ones hardly: else it would creep along with a queue that grows. */
const usualFalls = 0.06
const usualRises = 0.02
/** With far fewer under way than the bound there is no queue, and every round tells the truth. */
const usualSettles = 0.3
const clearly = 0.6
const maxKinds = 64

/**
 * By Little's law N requests that take u each alone and t each together get the work of N·u/t done: more than that only
 * queue up inside the service, where waiting is taken off the execution budget as if it were work. When fewer at a time do
 * not make answers faster, it was not us who slowed them down, and the new time is the usual one from then on.
 */
export function createLatencyWatch(): LatencyWatch {
  const kinds = new Map<string, Kind>()
  let bound = firstBound
  let rising = true
  let calm = 0
  let trial: Trial | undefined

  function ease(kind: Kind, ms: number, usualMs: number, inFlight: number): void {
    calm = 0
    rising = false
    if (trial?.kind === kind && ms > (trial.ms + usualMs) / 2) {
      kind.usualMs = ms
      bound = trial.boundBefore
      trial = undefined
      return
    }
    const carried = (inFlight * usualMs) / ms
    if (carried >= bound) return
    // A trial that helped, but not enough, has shown what is needed at most.
    trial = { kind, ms, carried, boundBefore: trial === undefined ? bound : trial.carried }
    bound = Math.max(1, Math.floor(carried * trialShare))
  }

  function relax(kind: Kind, ms: number, inFlight: number, ceiling: number): void {
    if (trial?.kind === kind) {
      bound = Math.max(1, Math.floor(trial.carried))
      trial = undefined
    }
    kind.usualMs = learnUsual(kind.usualMs, ms, inFlight)
    // Only what was in use can be said to have been enough.
    if (bound === Number.POSITIVE_INFINITY || inFlight < bound * inUse) return
    if (rising) bound *= 2
    else if (++calm >= calmRounds) {
      calm = 0
      bound++
    }
    if (bound < ceiling) return
    bound = Number.POSITIVE_INFINITY
    rising = false
  }

  function learnUsual(usualMs: number | undefined, ms: number, inFlight: number): number {
    if (usualMs === undefined) return ms
    const clearlyBelow = !rising && bound !== Number.POSITIVE_INFINITY && inFlight < bound * clearly
    const weight = clearlyBelow ? usualSettles : ms < usualMs ? usualFalls : usualRises
    return usualMs + weight * (ms - usualMs)
  }

  function endRound(kind: Kind, ceiling: number): void {
    const ms = median(kind.times)
    const inFlight = kind.sumInFlight / kind.times.length
    const { usualMs } = kind
    const bent = usualMs !== undefined && ms > usualMs * (rising ? risingBendFactor : bendFactor)
    // One at a time cannot be too many.
    if (bent && inFlight > 1.5) ease(kind, ms, usualMs, inFlight)
    else relax(kind, ms, inFlight, ceiling)
    Object.assign(kind, { sumInFlight: 0, skip: Math.ceil(inFlight) })
    kind.times.length = 0
  }

  function kindOf(name: string): Kind {
    const known = kinds.get(name)
    if (known !== undefined) return known
    const [oldest] = kinds.keys()
    if (kinds.size >= maxKinds && oldest !== undefined) kinds.delete(oldest)
    const kind: Kind = { usualMs: undefined, times: [], sumInFlight: 0, skip: 0 }
    kinds.set(name, kind)
    return kind
  }

  return {
    observe({ kind: name, msPerUnit, inFlight, ceiling }) {
      const kind = kindOf(name)
      if (kind.skip > 0) {
        kind.skip--
        return
      }
      kind.times.push(msPerUnit)
      kind.sumInFlight += inFlight
      if (kind.times.length >= (rising ? risingRoundLength : roundLength)) endRound(kind, ceiling)
    },
    bound: () => bound,
    isRising: () => rising,
  }
}

/** Not the mean: the small rest of a load takes many times as long for each row, and says nothing. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1] as number
}
