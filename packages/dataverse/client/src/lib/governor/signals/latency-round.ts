/** Requests that are compared with each other. */
export interface LatencyKind {
  /** What a unit takes while nothing slows it down; `undefined` before the first round. */
  readonly usualMs: number | undefined
  /** The answers of the round that is being gathered. */
  readonly answers: number
  take(msPerUnit: number, inFlight: number): void
  /** Median time of a unit in the round so far, and how many requests were under way. */
  measure(): Round
  /** Begins another round. Requests that were sent before say nothing about it: so many answers are passed over. */
  begin(passedOver: number): void
  /** Moves the usual time towards that of a round; without a weight all rounds so far count alike. */
  learn(ms: number, weight?: number): void
}

/** What a number of answers show together. */
export interface Round {
  readonly ms: number
  readonly inFlight: number
}

function createLatencyKind(): LatencyKind {
  const times: number[] = []
  let sumInFlight = 0
  let passOver = 0
  let rounds = 0
  let usualMs: number | undefined
  return {
    get usualMs() {
      return usualMs
    },
    get answers() {
      return times.length
    },
    take(msPerUnit, inFlight) {
      if (passOver > 0) {
        passOver--
        return
      }
      times.push(msPerUnit)
      sumInFlight += inFlight
    },
    measure: () => ({ ms: median(times), inFlight: sumInFlight / times.length }),
    begin(passedOver) {
      times.length = 0
      sumInFlight = 0
      passOver = passedOver
    },
    learn(ms, weight = 1 / (rounds + 1)) {
      rounds++
      usualMs = usualMs === undefined ? ms : usualMs + weight * (ms - usualMs)
    },
  }
}

/** Not the mean: the small rest of a load takes many times as long for each row, and says nothing. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1] as number
}

const maxKinds = 64

/** Keeps the kinds by their names; the oldest goes when there are too many. */
export function createLatencyKinds(): (name: string) => LatencyKind {
  const kinds = new Map<string, LatencyKind>()
  return (name) => {
    const known = kinds.get(name)
    if (known !== undefined) return known
    const [oldest] = kinds.keys()
    if (kinds.size >= maxKinds && oldest !== undefined) kinds.delete(oldest)
    const kind = createLatencyKind()
    kinds.set(name, kind)
    return kind
  }
}
