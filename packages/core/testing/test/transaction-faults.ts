import { DataverseError, type HeldRow } from '@deltaverse/core'
import { createMemorySink, type MemorySink, type MemoryStorage } from '@deltaverse/testing'
import type { Fault } from './fault.js'
import { sinkHarness } from './harnesses.js'

type Harness = ReturnType<typeof sinkHarness>

function wrong(change: (sink: MemorySink, storage: MemoryStorage) => Partial<MemorySink>): Harness {
  return sinkHarness((storage) => {
    const sink = createMemorySink(storage)
    return { ...sink, ...change(sink, storage) }
  })
}

export const transactionFaults: readonly Fault<Harness>[] = [
  {
    what: 'makes a state up',
    caughtBy: ['has no state before the first commit'],
    harness: wrong((sink) => ({
      loadState: async (name, call) =>
        (await sink.loadState(name, call)) ?? {
          state: { version: 1, checkpoint: {} as never, position: 0 },
          revision: '0',
        },
    })),
  },
  {
    what: 'keeps the revision from commit to commit',
    caughtBy: ['saves rows and state together', 'refuses a revision that was the last one once'],
    harness: wrong((sink, storage) => ({
      async commitWith(...args) {
        storage.saves = 0
        return await sink.commitWith(...args)
      },
    })),
  },
  {
    what: 'keeps the checkpoint of a state only',
    caughtBy: ['gives back the state exactly, with the position added'],
    harness: wrong((sink) => ({
      commitWith: (name, { version, checkpoint }, revision, call) =>
        sink.commitWith(name, { version, checkpoint }, revision, call),
    })),
  },
  {
    what: 'saves no state without changes',
    caughtBy: ['takes commits of a state without changes'],
    harness: wrong((sink, storage) => ({
      async commitWith(name, state, revision, call) {
        const stored = storage.states.get(name)
        const length = storage.log.length
        const saved = await sink.commitWith(name, state, revision, call)
        if (stored !== undefined && storage.log.length === length) storage.states.set(name, stored)
        return saved
      },
    })),
  },
  {
    what: 'commits rows when it is closed',
    caughtBy: [
      'has neither rows nor state of what was not committed behind a close',
      'commits nothing when the signal is aborted',
    ],
    harness: wrong((sink) => ({
      async close() {
        await sink.commit().catch(() => undefined)
        await sink.close()
      },
    })),
  },
  {
    what: 'commits rows with every write',
    caughtBy: ['has neither rows nor state of what was not committed behind a crash'],
    harness: wrong((sink) => ({
      async write(events, call) {
        await sink.write(events, call)
        await sink.commit()
      },
    })),
  },
  {
    what: 'commits the rows before it looks at the revision',
    caughtBy: [
      'refuses a revision that nobody has saved, and nothing of the commit takes effect',
      'refuses a first commit when there is a state already, and nothing of the commit takes effect',
      'refuses a revision when there is no state, and nothing of the commit takes effect',
    ],
    harness: wrong((sink) => ({
      async commitWith(...args) {
        await sink.commit()
        return await sink.commitWith(...args)
      },
    })),
  },
  {
    what: 'says of a conflict that the sink failed',
    caughtBy: ['refuses a revision that was the last one once'],
    harness: wrong((sink) => ({
      async commitWith(...args) {
        return await sink.commitWith(...args).catch((cause) => {
          throw new DataverseError('no', { code: 'sink-failed', cause })
        })
      },
    })),
  },
  {
    what: 'does not look at the signal of a commit with state',
    caughtBy: ['commits nothing when the signal is aborted'],
    harness: wrong((sink) => ({
      commitWith: (name, state, revision) => sink.commitWith(name, state, revision),
    })),
  },
  {
    what: 'keeps the state in memory only',
    caughtBy: ['keeps a full read with its state over crashes'],
    harness: sinkHarness((storage) => createMemorySink({ ...storage, states: new Map() })),
  },
]

export const readingFaults: readonly Fault<Harness>[] = [
  {
    what: 'holds a row that nobody wrote',
    caughtBy: ['holds nothing before the first commit'],
    harness: toldAs((rows) => [
      ...rows,
      { id: '00000000-0000-4000-8000-000000000000', rowVersion: undefined },
    ]),
  },
  {
    what: 'tells wrong versions',
    caughtBy: ['tells id and version of every row, the last mention counting'],
    harness: toldAs((rows) => rows.map((row) => ({ ...row, rowVersion: '1' }))),
  },
  {
    what: 'tells everything that was ever written',
    caughtBy: ['tells nothing of what a later full read did not bring'],
    harness: wrong((_, storage) => ({
      async *held() {
        const upserts = storage.log.filter((event) => event.kind === 'upserted')
        yield [...new Map(upserts.map(({ id, rowVersion }) => [id, { id, rowVersion }])).values()]
      },
    })),
  },
  {
    what: 'tells what is not committed',
    caughtBy: ['tells nothing of what is not committed'],
    harness: wrong((sink) => ({
      async *held(call) {
        await sink.commit(call)
        yield* sink.held(call)
      },
    })),
  },
  {
    what: 'tells everything in one group',
    caughtBy: ['tells of 10,000 rows in groups'],
    harness: toldAs((rows) => rows, Number.POSITIVE_INFINITY),
  },
  {
    what: 'is closed when a reader leaves',
    caughtBy: ['stops telling when the signal is aborted or the reader leaves'],
    harness: wrong((sink) => ({
      async *held(call) {
        let ended = false
        try {
          yield* sink.held(call)
          ended = true
        } finally {
          if (!ended) await sink.close()
        }
      },
    })),
  },
]

function toldAs(change: (rows: readonly HeldRow[]) => readonly HeldRow[], groupSize = 1_000): Harness {
  return wrong((sink) => ({
    async *held(call) {
      const rows: HeldRow[] = []
      for await (const group of sink.held(call)) rows.push(...group)
      const told = change(rows)
      for (let at = 0; at < told.length; at += groupSize) yield told.slice(at, at + groupSize)
    },
  }))
}
