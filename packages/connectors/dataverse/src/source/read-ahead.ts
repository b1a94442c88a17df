import { setImmediate as nextTurn } from 'node:timers/promises'

/** What is handed on without a turn of the event loop in between: some milliseconds of work for most consumers. */
const bytesPerTurn = 512 * 1024

/**
 * Reads an async iterable ahead of its consumer, until what waits in between reaches `maxBytes`; then it stops pulling, and
 * backpressure reaches whatever the source reads from. With 0 it does not read ahead at all.
 *
 * The source is told to stop (`stop`) and closed when the consumer leaves, also in the middle of a pull.
 *
 * @param sizeOf bytes of one item
 */
export async function* readAhead<T>(
  source: AsyncIterable<T>,
  options: { readonly maxBytes: number; readonly sizeOf: (item: T) => number; readonly stop: () => void },
): AsyncGenerator<T, void, undefined> {
  const { maxBytes, sizeOf, stop } = options
  if (maxBytes === 0) {
    yield* source
    return
  }
  const waiting: T[] = []
  let waitingBytes = 0
  let ended = false
  let failure: { readonly error: unknown } | undefined
  let left = false
  let wakeConsumer = nothing
  let wakeProducer = nothing

  async function produce(): Promise<void> {
    try {
      for await (const item of source) {
        if (left) return
        waiting.push(item)
        waitingBytes += sizeOf(item)
        wakeConsumer()
        while (waitingBytes >= maxBytes && !left) {
          await new Promise<void>((resolve) => {
            wakeProducer = resolve
          })
        }
        if (left) return
      }
    } catch (error) {
      failure = { error }
    } finally {
      ended = true
      wakeConsumer()
    }
  }

  const producer = produce()
  let handedBytes = 0
  try {
    for (;;) {
      while (waiting.length > 0) {
        const item = waiting.shift() as T
        waitingBytes -= sizeOf(item)
        if (waitingBytes < maxBytes) wakeProducer()
        yield item
        // A full window would otherwise be emptied in one go, and sockets, timers and files would wait for all of it.
        handedBytes += sizeOf(item)
        if (handedBytes >= bytesPerTurn) {
          handedBytes = 0
          await nextTurn()
        }
      }
      if (failure !== undefined) throw failure.error
      if (ended) return
      await new Promise<void>((resolve) => {
        wakeConsumer = resolve
      })
    }
  } finally {
    left = true
    stop()
    wakeProducer()
    await producer
  }
}

function nothing(): void {}
