/**
 * Where an upload in pieces stands: plain JSON, to go on with after a crash. Whoever has it can send pieces of this file, so keep
 * it as you keep tokens.
 */
export interface UploadSession {
  /** `chunks`: pieces of one resource, the size of which is told with the first; `blocks`: pieces that are put together at the end. */
  readonly way: 'chunks' | 'blocks'
  /** Chunks: path and query where they go. Blocks: the continuation token. */
  readonly token: string
  /** Bytes that the service has taken. */
  readonly sentBytes: number
  readonly chunkBytes: number
}

/** How far an upload is. */
export interface UploadProgress {
  readonly sentBytes: number
  /** Absent for a stream whose size is not known. */
  readonly totalBytes?: number | undefined
  /** For uploads in pieces: what `resume` takes. */
  readonly session?: UploadSession | undefined
}
