/** What a variant writes, and how. */
export interface WriteLoad {
  readonly url: string
  readonly rows: number
  /** Rows in a request. */
  readonly batchSize: number
  /** Requests under way at most. */
  readonly inFlight: number
}

export type WriteVariantName =
  | 'writer, $batch'
  | 'writer, $batch, results()'
  | 'writer, UpsertMultiple'
  | 'dynamics-web-api, batch'
  | 'bare $batch'

/** Writes all rows; resolves with the number that were reported as written. */
export type WriteVariant = (load: WriteLoad) => Promise<number>
