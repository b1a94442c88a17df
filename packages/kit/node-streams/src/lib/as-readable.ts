import { Readable } from 'node:stream'
import type { Source } from './stage.js'

export interface AsReadableOptions {
  /** `true`: items of any kind but `null`. `false`: a stream of bytes, made of strings and bytes. Default: `true`. */
  readonly objectMode?: boolean | undefined
  /** How much to read ahead, in items or bytes. Default: 1 item, or Node's default for bytes. */
  readonly highWaterMark?: number | undefined
}

/**
 * A `Readable` over an iterable, for what insists on a stream object; `pipeline` and `for await` do not need it.
 *
 * Pulls only as much as is read, plus `highWaterMark`. An error of the iterable destroys the stream with it. Destroying the
 * stream ends the iterable: its `finally` runs before `close`, once the pull under way came back.
 */
export function asReadable<T>(iterable: Source<T>, options: AsReadableOptions = {}): Readable {
  const objectMode = options.objectMode ?? true
  const highWaterMark = options.highWaterMark ?? (objectMode ? 1 : undefined)
  return Readable.from(iterable, highWaterMark === undefined ? { objectMode } : { objectMode, highWaterMark })
}
