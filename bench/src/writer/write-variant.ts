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

/** Loads one variant and nothing else, so that none carries the memory of another's packages. */
export async function loadWriteVariant(name: WriteVariantName): Promise<WriteVariant> {
  switch (name) {
    case 'writer, $batch':
      return (await import('./write-with-writer.js')).writeBatches
    case 'writer, $batch, results()':
      return (await import('./write-with-writer.js')).writeBatchesWithResults
    case 'writer, UpsertMultiple':
      return (await import('./write-with-writer.js')).writeBulk
    case 'bare $batch':
      return (await import('./write-bare.js')).writeBare
    case 'dynamics-web-api, batch':
      return (await import('./write-with-dynamics-web-api.js')).writeWithDynamicsWebApi
  }
}
