import { optionRefused } from '../query/query-errors.js'

/** A part of a file: from its first byte to its last, both counted from 0. */
export interface ByteRange {
  readonly first: number
  readonly last: number
}

/**
 * Reads `Content-Range: bytes 0-4194303/25870370`.
 *
 * @throws ServiceError 400 for anything else.
 */
export function parseContentRange(text: string | undefined): ByteRange & { readonly size: number } {
  const match = /^bytes\s+(\d+)-(\d+)\/(\d+)$/i.exec(text?.trim() ?? '')
  const [first, last, size] = (match ?? []).slice(1).map(Number)
  if (first === undefined || last === undefined || size === undefined || first > last || last >= size) {
    throw optionRefused(
      `The Content-Range of a chunk must be 'bytes <first>-<last>/<size>': got '${text ?? ''}'.`,
    )
  }
  return { first, last, size }
}

/** Reads `Range: bytes=0-4194303`, of a file of `size` bytes; `unsatisfiable` when it begins behind the end. */
export function parseRange(text: string | undefined, size: number): ByteRange | 'whole' | 'unsatisfiable' {
  const match = /^bytes=(\d+)-(\d*)$/i.exec(text?.trim() ?? '')
  if (match === null) return 'whole'
  const first = Number(match[1])
  const last = Math.min(match[2] === '' ? size - 1 : Number(match[2]), size - 1)
  return first > last ? 'unsatisfiable' : { first, last }
}
