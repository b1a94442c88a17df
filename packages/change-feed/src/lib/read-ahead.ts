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
  try {
    for (;;) {
      while (waiting.length > 0) {
        const item = waiting.shift() as T
        waitingBytes -= sizeOf(item)
        if (waitingBytes < maxBytes) wakeProducer()
        yield item
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
