import { type ChangeEvent, isDataverseError, type Sink, type TransactionalSink } from '@deltaverse/core'

/** A sink of files that asks for no lease. */
export function sinkWithoutLease(sink: Sink): Sink {
  return {
    ...sink,
    close: () => sink.close(),
    open: (position, call) => sink.open(position, { signal: call?.signal }),
  }
}

/** A sink that writes what was refused once more, on top of whatever somebody else has saved in between. */
export function sinkThatInsists(sink: TransactionalSink): TransactionalSink {
  let written: ChangeEvent[] = []
  return {
    ...sink,
    close: () => sink.close(),
    async acquire(name, call) {
      const lease = await sink.acquire?.(name, call)
      return { lost: new AbortController().signal, release: async () => lease?.release() }
    },
    async open(position, call) {
      written = []
      await sink.open(position, call)
    },
    async write(events, call) {
      written.push(...events)
      // Whatever happens to it: it comes once more.
      await sink.write(events, call).catch(() => undefined)
    },
    async commitWith(name, state, revision, call) {
      try {
        return await sink.commitWith(name, state, revision, call)
      } catch (error) {
        if (!isDataverseError(error)) throw error
        const stored = await sink.loadState(name, call)
        await sink.open(stored?.state.position, call)
        await sink.write(written, call)
        return await sink.commitWith(name, state, stored?.revision, call)
      } finally {
        written = []
      }
    },
  }
}
