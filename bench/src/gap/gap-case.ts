import { type Cost, median } from '../measure.js'

/** What is read, once with the guard and once without. */
export interface GapCase {
  readonly name: string
  readonly read: 'full-read' | 'delta'
  readonly columns: 'wide' | 'narrow'
  readonly pages: number
}

/** What one read took. */
export interface GapRun {
  /** Of the pages of the full read or the delta; those that the guard reads twice count twice. */
  readonly rows: number
  readonly requests: number
  /** Of the bodies as they came over the wire, compressed. */
  readonly bytes: number
  readonly cost: Cost
}

/** The runs of one case, one a round. */
export interface GapResult {
  readonly case: GapCase
  readonly guarded: readonly GapRun[]
  readonly bare: readonly GapRun[]
}

export const gapPageSize = 5_000

export function gapCases(pages: number): readonly GapCase[] {
  return [
    { name: 'full read, 18 annotated columns', read: 'full-read', columns: 'wide', pages },
    { name: 'full read, 3 columns', read: 'full-read', columns: 'narrow', pages },
    { name: 'full read of one page, 18 columns', read: 'full-read', columns: 'wide', pages: 1 },
    { name: 'delta of 4 pages, 18 columns', read: 'delta', columns: 'wide', pages: 4 },
    { name: 'delta of one page, 18 columns', read: 'delta', columns: 'wide', pages: 1 },
  ]
}

/** How many times as much it took with the guard: the median over the rounds, each compared with itself. */
export function guardRatio({ guarded, bare }: GapResult, of: (run: GapRun) => number): number {
  return median(guarded.map((run, round) => of(run) / of(bare[round]!)))
}
