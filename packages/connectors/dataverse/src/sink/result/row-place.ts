/** Where a row stands in its source. */
export interface RowPlace {
  /** The file as it was named; `stdin` for standard input. */
  readonly file: string
  /** Line on which the row begins, from 1; of a JSON array, the place in it. */
  readonly line: number
}
