/** One thing that the documents say, or leave open, and what the service did. */
export interface Fact {
  readonly what: string
  /** What the code of this project counts on; `open` where nothing is known and nothing is counted on. */
  readonly expected: string
  readonly seen: string
  /** `open` facts are learned, others are as expected or differ; `unseen`: the probe could not be made. */
  readonly verdict: 'as expected' | 'differs' | 'learned' | 'unseen'
}

/** A fact with an expectation. */
export function checkFact(what: string, expected: string, seen: string, holds: boolean): Fact {
  return { what, expected, seen, verdict: holds ? 'as expected' : 'differs' }
}

/** A fact that nobody has written down yet. */
export function learnFact(what: string, seen: string): Fact {
  return { what, expected: 'open', seen, verdict: 'learned' }
}

/** A fact that could not be looked at, and why. */
export function unseenFact(what: string, why: string): Fact {
  return { what, expected: '', seen: why, verdict: 'unseen' }
}
