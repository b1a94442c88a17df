import { Writable } from 'node:stream'
import { DataverseError } from '@deltaverse/core'
import { defineOptions, flag, type OptionsInput, whole } from '@deltaverse/options'
import { describeValue } from './describe-value.js'
import { createHandoff } from './handoff.js'

const options = defineOptions('asWritable()', {
  objectMode: flag({
    default: true,
    doc: 'true: items of any kind but null. false: a stream of bytes, strings arrive as Buffers.',
  }),
  highWaterMark: whole({
    defaultText: "Node's",
    doc: 'How much to hold before write() returns false, in items or bytes.',
  }),
})

export type AsWritableOptions = OptionsInput<typeof options.spec>

/**
 * A `Writable` whose items arrive in an async iterable, for what insists on a stream object. `consume` is called at once and
 * reads at its own pace; `pipeline(source, consume)` does the same without a stream.
 *
 * - `finish` comes after `consume` resolved: what it wrote is done.
 * - When `consume` rejects, the stream is destroyed with that very error.
 * - When the stream is destroyed, the iterable throws the error (or one that says that the stream was closed early), and
 *   `close` comes after `consume` settled.
 * - `consume` may end early if nothing more is written; an item written after that is an error, `bad-request`.
 */
export function asWritable<T>(
  consume: (source: AsyncIterable<T>) => Promise<unknown>,
  input: AsWritableOptions = {},
): Writable {
  if (typeof consume !== 'function') {
    throw new TypeError(
      `asWritable() needs a function that reads the items, received ${describeValue(consume)}`,
    )
  }
  const handoff = createHandoff<T>()
  let isOver = false
  let pending: ((error?: Error | null) => void) | undefined
  const { objectMode, highWaterMark } = options.parse(input)

  const stream = new Writable({
    objectMode,
    ...(highWaterMark === undefined ? {} : { highWaterMark }),
    write(item: T, _encoding, callback) {
      if (isOver) return callback(endedEarly())
      pending = callback
      handoff.put(item, () => {
        pending = undefined
        callback()
      })
    },
    final(callback) {
      handoff.end()
      consumed.then(() => callback(), callback)
    },
    destroy(error, callback) {
      const reason = error ?? closedEarly()
      handoff.fail(reason)
      pending?.(reason)
      const close = () => callback(error)
      consumed.then(close, close)
    },
  })

  const consumed = (async () => consume(handoff.items))()
  consumed.then(
    () => {
      isOver = true
      pending?.(endedEarly())
    },
    (error) => stream.destroy(error),
  )
  return stream
}

function endedEarly(): DataverseError {
  return new DataverseError(
    'An item was written after the consumer of asWritable() had ended. Let it read to the end of its source.',
    { code: 'bad-request' },
  )
}

/** As Node words and codes it for its own streams. */
function closedEarly(): Error {
  return Object.assign(new Error('The stream was closed before its end'), {
    code: 'ERR_STREAM_PREMATURE_CLOSE',
  })
}
