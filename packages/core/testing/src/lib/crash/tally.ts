/** What the crashes of one or many seeds did. The README of this folder says what exactly each number counts. */
export interface Tally {
  readonly crashes: number
  readonly rowsLost: number
  readonly rowsTorn: number
  readonly duplicatesSeen: number
  readonly duplicatesAfterCommit: number
  /** Runs that ended with an error that no crash and no fault explains. */
  readonly runsStuck: number
}

export const emptyTally: Tally = {
  crashes: 0,
  rowsLost: 0,
  rowsTorn: 0,
  duplicatesSeen: 0,
  duplicatesAfterCommit: 0,
  runsStuck: 0,
}

export function addTallies(one: Tally, other: Tally): Tally {
  const names = Object.keys(emptyTally) as (keyof Tally)[]
  return Object.fromEntries(names.map((name) => [name, one[name] + other[name]])) as unknown as Tally
}

export function isClean(tally: Tally): boolean {
  const { rowsLost, rowsTorn, duplicatesAfterCommit, runsStuck } = tally
  return rowsLost + rowsTorn + duplicatesAfterCommit + runsStuck === 0
}

/** The one line. */
export function formatTally(tally: Tally): string {
  const parts: readonly (readonly [string, number])[] = [
    ['crashes', tally.crashes],
    ['rows lost', tally.rowsLost],
    ['rows torn', tally.rowsTorn],
    ['duplicates seen', tally.duplicatesSeen],
    ['duplicates after commit', tally.duplicatesAfterCommit],
    ...(tally.runsStuck > 0 ? [['runs stuck', tally.runsStuck] as const] : []),
  ]
  return parts.map(([name, count]) => `${name} ${count.toLocaleString('en-US')}`).join(' · ')
}
