/** Something wrong, and the cases that have to find it. */
export interface Fault<Harness> {
  readonly what: string
  readonly caughtBy: readonly string[]
  readonly harness: Harness
}
