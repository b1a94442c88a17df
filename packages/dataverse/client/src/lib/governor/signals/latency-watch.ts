import { createLatencyKinds, type LatencyKind, type Round } from './latency-round.js'

/** Notices that answers take longer because too many requests are under way, before the service refuses any. */
export interface LatencyWatch {
  observe(answer: TimedAnswer): void
  /** As many at a time as do not slow each other down; `Infinity` while nothing was noticed. */
  bound(): number
  /** Whether the number at a time rises to see whether the service carries more. */
  isRising(): boolean
}

interface TimedAnswer {
  /** Requests of one kind are compared with each other. */
  readonly kind: string
  /** Time per row, so that a large request is not taken for a slow one. */
  readonly msPerUnit: number
  /** Requests under way with it, itself included. */
  readonly inFlight: number
  /** What else bounds the number at a time. */
  readonly ceiling: number
}

/** Fewer at a time for a round, to see whether that makes answers as quick as they were. */
interface Trial {
  readonly kind: LatencyKind
  /** The round that was slow. */
  readonly slow: Round
  /** What the service was thought to carry before. */
  readonly carriedBefore: number
  /** Rounds of other kinds in the meantime. */
  others: number
}

/** More than this at a time only after a calm round: "start low" (Microsoft Learn: Send parallel requests). */
const firstLevel = 8
/** One step up, for the first time and later: the larger it is, the sooner it shows, and the more it costs when it was too much. */
const [firstStep, laterStep] = [1.4, 1.25]
/** Answers in a round; the times of single requests scatter by a quarter or so, which a median of so many evens out. */
const roundLength = { firstRise: 16, laterRise: 32, hold: 64 }
/** A step up that makes answers slower by half of what it added was too much. */
const halfOf = 0.5
/** Without a step, a round that is this much slower is a bend. */
const bendFactor = 1.12
/** The trial goes well below what is carried, so that it shows clearly whether that helps. */
const trialShare = 0.75
/** Stays a little below what is carried: what is above queues up, and waiting is taken off the execution budget as if it were work. */
const holdShare = 0.9
/** Calm rounds before the next step up. */
const calmRounds = 8
/** Only a bound of which this much was in use can be said to be too low. */
const inUse = 0.7
/** Findings that differ by less are of the same thing and are averaged. */
const sameFinding = 0.2
/** How soon the usual time follows: after a trial, with few under way, and else. Upwards hardly, or it would creep along with a queue. */
const usualFollows = { trial: 0.7, few: 0.2, else: 0.1, upwards: 0.02 }
/** A trial ends without its own kind after so many rounds of others. */
const trialPatience = 4

/**
 * By Little's law N requests that take u each alone and t each together get the work of N·u/t done: more than that only
 * queue up inside the service. When fewer at a time do not make answers faster, it was not us who slowed them down, and the
 * new time is the usual one from then on.
 */
export function createLatencyWatch(): LatencyWatch {
  const kindOf = createLatencyKinds()
  let carried = Number.POSITIVE_INFINITY
  let level = firstLevel
  let rising: 'first' | 'later' | undefined = 'first'
  let trial: Trial | undefined
  let calm = 0
  let lastCeiling = 0

  const stepUp = (): number => (rising === 'first' ? firstStep : laterStep)

  function bound(): number {
    if (trial !== undefined) return Math.max(1, Math.floor(carried * trialShare))
    if (rising !== undefined) return Math.floor(level)
    return carried === Number.POSITIVE_INFINITY ? carried : Math.max(1, Math.round(carried * holdShare))
  }

  function find(nowCarried: number, before: number): void {
    const found = Math.max(1, nowCarried)
    carried = Math.abs(found / before - 1) < sameFinding ? (found + before) / 2 : found
    rising = undefined
    trial = undefined
    calm = 0
  }

  function ease(kind: LatencyKind, slow: Round, usualMs: number): void {
    const nowCarried = (slow.inFlight * usualMs) / slow.ms
    // A later step that was too much has shown so by itself.
    if (rising === 'later') {
      find(nowCarried, carried)
      return
    }
    trial = { kind, slow, carriedBefore: carried, others: 0 }
    carried = nowCarried
  }

  function endTrial({ kind, slow, carriedBefore }: Trial, { ms, inFlight }: Round): void {
    const usualMs = kind.usualMs ?? ms
    if (ms > (slow.ms + usualMs) / 2) {
      kind.learn(ms, 1)
      carried = carriedBefore
      trial = undefined
      return
    }
    kind.learn(ms, usualFollows.trial)
    carried = (slow.inFlight * (kind.usualMs ?? ms)) / slow.ms
    // Fewer made them so much faster that still fewer may make them faster yet.
    if (inFlight > 1.5 && inFlight > holdShare * carried) return
    find(carried, carriedBefore)
  }

  function relax(kind: LatencyKind, { ms, inFlight }: Round, ceiling: number): void {
    kind.learn(ms, weightOf(ms, kind.usualMs, inFlight))
    if (bound() === Number.POSITIVE_INFINITY || inFlight < bound() * inUse) return
    if (rising === undefined) {
      if (++calm < calmRounds) return
      calm = 0
      rising = 'later'
      level = carried
    } else if (rising === 'later') carried = Math.max(carried, level)
    level = Math.max(level + 1, level * stepUp())
    if (level < ceiling) return
    carried = Number.POSITIVE_INFINITY
    rising = undefined
  }

  /** `undefined` while all rounds count alike. */
  function weightOf(ms: number, usualMs: number | undefined, inFlight: number): number | undefined {
    if (usualMs === undefined || rising === 'first') return undefined
    const free = bound() === Number.POSITIVE_INFINITY
    if (!free && inFlight < bound() * trialShare) return usualFollows.few
    return free && ms > usualMs ? usualFollows.upwards : usualFollows.else
  }

  function judge(kind: LatencyKind, ceiling: number): void {
    const round = kind.measure()
    const { usualMs } = kind
    const step = stepUp()
    const slower = usualMs === undefined ? 1 : round.ms / usualMs
    // One at a time cannot be too many.
    const bent = round.inFlight > 1.5 && slower > (rising ? 1 + (step - 1) * halfOf : bendFactor)
    if (trial !== undefined) {
      if (trial.kind === kind) endTrial(trial, round)
      else if (++trial.others >= trialPatience) find(carried, trial.carriedBefore)
    } else if (bent && usualMs !== undefined) {
      // At first the usual time is not known well: what is not clear is looked at for longer.
      const unclear = rising === 'first' && slower < step
      if (unclear && kind.answers < 2 * roundLength.firstRise) return
      ease(kind, round, usualMs)
    } else relax(kind, round, ceiling)
    kind.begin(Math.ceil(round.inFlight))
  }

  function length(): number {
    if (trial !== undefined || rising === undefined) return roundLength.hold
    return rising === 'first' ? roundLength.firstRise : roundLength.laterRise
  }

  /** A higher recommendation is news: what was found before may not hold any more. */
  function heed(ceiling: number): void {
    if (ceiling > lastCeiling && rising === undefined && carried < lastCeiling) {
      trial = undefined
      rising = 'later'
      level = Math.min(carried * laterStep, ceiling)
    }
    lastCeiling = ceiling
  }

  return {
    observe({ kind: name, msPerUnit, inFlight, ceiling }) {
      const kind = kindOf(name)
      heed(ceiling)
      kind.take(msPerUnit, inFlight)
      if (kind.answers >= length()) judge(kind, ceiling)
    },
    bound,
    isRising: () => rising !== undefined && trial === undefined,
  }
}
