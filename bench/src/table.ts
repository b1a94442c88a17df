/** What the server is asked to serve. */
export interface Table {
  readonly transport: 'http' | 'https'
  readonly gzip: boolean
  readonly pageSize: number
  readonly pages: number
  /** Pages are made as they are asked for, so that the server holds none of them; not with gzip. */
  readonly onTheFly: boolean
}

/** The served table, as the variants find it. */
export interface Prepared {
  readonly serviceRoot: string
  readonly rows: number
  /** Bytes of all bodies, inflated. */
  readonly bytes: number
}

export function serviceRootOf(origin: string): string {
  return `${origin}/api/data/v9.2`
}
