import { Readable } from 'node:stream'
import { defineOptions, flag, type OptionsInput, whole } from '@deltaverse/options'
import type { Source } from './stage.js'

const options = defineOptions('asReadable()', {
  objectMode: flag({
    default: true,
    doc: 'true: items of any kind but null. false: a stream of bytes, made of strings and bytes.',
  }),
  highWaterMark: whole({
    defaultText: "1 item, or Node's default for bytes",
    doc: 'How much to read ahead, in items or bytes.',
  }),
})

export type AsReadableOptions = OptionsInput<typeof options.spec>

/**
 * A `Readable` over an iterable, for what insists on a stream object; `pipeline` and `for await` do not need it.
 *
 * Pulls only as much as is read, plus `highWaterMark`. An error of the iterable destroys the stream with it. Destroying the
 * stream ends the iterable: its `finally` runs before `close`, once the pull under way came back.
 */
export function asReadable<T>(iterable: Source<T>, input: AsReadableOptions = {}): Readable {
  const given = options.parse(input)
  const { objectMode } = given
  const highWaterMark = given.highWaterMark ?? (objectMode ? 1 : undefined)
  return Readable.from(iterable, highWaterMark === undefined ? { objectMode } : { objectMode, highWaterMark })
}
