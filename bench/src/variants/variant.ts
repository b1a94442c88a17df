/** Where a variant reads from, and how. */
export interface Source {
  readonly serviceRoot: string
  readonly pageSize: number
  /** Where to write, for variants that write. */
  readonly outFile: string
}

/** What a variant saw, to be held against what was served. One that only counts bytes knows no rows. */
export interface Seen {
  readonly rows?: number
  readonly bytes?: number
}

/** Reads the whole table once. */
export type Variant = (source: Source) => Promise<Seen>
