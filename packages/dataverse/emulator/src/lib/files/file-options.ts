import { booleanOf, integerWithin, objectOf, oneOf } from '../option-checks.js'

/** How files and images are moved. */
export interface FileOptions {
  /** Largest file in one request, in bytes. Default: 134,217,728 (128 MB). */
  readonly maxRequestBytes?: number | undefined
  /** Largest chunk or block of a file in bytes, as `x-ms-chunk-size` tells. Default: 4,194,304. */
  readonly chunkBytes?: number | undefined
  /**
   * Whether files can be moved in pieces; on-premises, and in environments with keys of their own, they cannot
   * (`0x80090017`). Default: `true`.
   */
  readonly chunking?: boolean | undefined
  /** Whether a chunk of an upload that has come before is taken again; not documented. Default: `taken`. */
  readonly resentChunk?: 'taken' | 'refused' | undefined
}

/** {@link FileOptions} with their defaults. */
export interface ResolvedFiles {
  readonly maxRequestBytes: number
  readonly chunkBytes: number
  readonly chunking: boolean
  readonly resentChunk: 'taken' | 'refused'
}

/**
 * Fills in the defaults.
 *
 * @throws TypeError for an unknown choice or a value of another kind, RangeError for a number out of its range.
 */
export function resolveFiles(files: FileOptions): ResolvedFiles {
  objectOf('files', files)
  const {
    maxRequestBytes = 134_217_728,
    chunkBytes = 4_194_304,
    chunking = true,
    resentChunk = 'taken',
  } = files
  const many = Number.MAX_SAFE_INTEGER
  return {
    maxRequestBytes: integerWithin('files.maxRequestBytes', maxRequestBytes, 1, many),
    chunkBytes: integerWithin('files.chunkBytes', chunkBytes, 1, many),
    chunking: booleanOf('files.chunking', chunking),
    resentChunk: oneOf('files.resentChunk', resentChunk, ['taken', 'refused']),
  }
}
