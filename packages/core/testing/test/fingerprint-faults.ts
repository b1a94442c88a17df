import type { Fingerprints } from '@deltaverse/core'
import type { FingerprintsHarness } from '@deltaverse/testing'
import { createMemoryFingerprints, type FingerprintStorage } from '@deltaverse/testing'
import type { Fault } from './fault.js'
import { fingerprintHarness } from './harnesses.js'

function wrong(
  change: (fingerprints: Fingerprints, storage: FingerprintStorage) => Partial<Fingerprints>,
): FingerprintsHarness {
  return fingerprintHarness((storage) => {
    const fingerprints = createMemoryFingerprints(storage)
    return { ...fingerprints, ...change(fingerprints, storage) }
  })
}

/** A fingerprint store that opens at other marks than it is asked for. */
function opening(
  change: (mark: string | undefined, storage: FingerprintStorage) => string | undefined,
  answer?: boolean,
): FingerprintsHarness {
  return wrong((fingerprints, storage) => ({
    async open(mark, call) {
      const known = await fingerprints.open(change(mark, storage), call)
      return answer ?? known
    },
  }))
}

const lastMark = ({ commits }: FingerprintStorage) => [...commits.keys()].at(-1)
const modelSteps = (seed: number) => `knows what a map knows after 250 random steps (seed ${seed})`

export const fingerprintFaults: readonly Fault<FingerprintsHarness>[] = [
  {
    what: 'takes every row for changed',
    caughtBy: [
      'tells new, changed and unchanged rows apart',
      'gives marks that survive JSON',
      ...[1, 2, 3, 4].map(modelSteps),
    ],
    harness: wrong((fingerprints) => ({
      record: async (...args) =>
        (await fingerprints.record(...args)).map((verdict) => (verdict === 'new' ? 'new' : 'changed')),
    })),
  },
  {
    what: 'looks all rows of a call up first',
    caughtBy: ['compares with the row before, within one call too'],
    harness: wrong((fingerprints) => ({
      async record(rows, ...rest) {
        const verdicts = await fingerprints.record(rows, ...rest)
        return rows.map(
          ({ id }, at) => verdicts[rows.findIndex((row) => row.id === id)] ?? verdicts[at] ?? 'new',
        )
      },
    })),
  },
  {
    what: 'takes rows of another epoch for new',
    caughtBy: ['looks at what the row is, not at the epoch'],
    harness: wrong((fingerprints) => {
      let before = 0
      return {
        async record(rows, epoch, call) {
          if (epoch > before && before > 0) await fingerprints.remove(rows.map(({ id }) => id))
          before = epoch
          return await fingerprints.record(rows, epoch, call)
        },
      }
    }),
  },
  {
    what: 'compares the length',
    caughtBy: ['notices one byte'],
    harness: wrong((fingerprints) => ({
      record: (rows, ...rest) =>
        fingerprints.record(
          rows.map(({ id, bytes }) => ({ id, bytes: new Uint8Array(bytes.length) })),
          ...rest,
        ),
    })),
  },
  {
    what: 'compares the first 100 bytes',
    caughtBy: ['notices one byte'],
    harness: wrong((fingerprints) => ({
      record: (rows, ...rest) =>
        fingerprints.record(
          rows.map(({ id, bytes }) => ({ id, bytes: bytes.subarray(0, 100) })),
          ...rest,
        ),
    })),
  },
  {
    what: 'hashes at commit',
    caughtBy: ['does not look at the bytes again after the call'],
    harness: wrong((fingerprints) => {
      const calls: Parameters<Fingerprints['record']>[] = []
      return {
        async record(...args) {
          calls.push(args)
          return await fingerprints.record(...args)
        },
        async commit(call) {
          for (const args of calls.splice(0)) await fingerprints.record(...args)
          return await fingerprints.commit(call)
        },
      }
    }),
  },
  {
    what: 'says of every row it removes that it was known',
    caughtBy: ['forgets rows and says whether it knew them'],
    harness: wrong((fingerprints) => ({
      async remove(ids, call) {
        await fingerprints.remove(ids, call)
        return ids.map(() => true)
      },
    })),
  },
  {
    what: 'fails when it is asked about nothing',
    caughtBy: ['takes calls about nothing'],
    harness: wrong((fingerprints) => ({
      async record(rows, ...rest) {
        if (rows.length === 0) throw new Error('nothing to record')
        return await fingerprints.record(rows, ...rest)
      },
    })),
  },
  {
    what: 'counts what it was shown',
    caughtBy: ['counts the rows it knows'],
    harness: wrong((fingerprints) => {
      let shown = 0
      return {
        async record(rows, ...rest) {
          shown += rows.length
          return await fingerprints.record(rows, ...rest)
        },
        count: () => shown,
      }
    }),
  },
  {
    what: 'keeps 16,384 rows of a call',
    caughtBy: ['knows 20,000 rows'],
    harness: wrong((fingerprints) => ({
      async record(rows, ...rest) {
        const kept = await fingerprints.record(rows.slice(0, 16_384), ...rest)
        return [...kept, ...rows.slice(16_384).map(() => 'new' as const)]
      },
    })),
  },
  {
    what: 'keeps its rows in memory only',
    caughtBy: ['knows what was committed', 'knows what was committed after an attempt that came to nothing'],
    harness: opening(() => undefined, true),
  },
  {
    what: 'gives no mark for a commit of nothing',
    caughtBy: ['takes commits of nothing, the very first one too'],
    harness: wrong((fingerprints) => ({
      commit: async (call) => (fingerprints.count() === 0 ? '' : await fingerprints.commit(call)),
    })),
  },
  {
    what: 'commits when it is closed, and goes on at its end',
    caughtBy: ['does not know what was not committed behind a close'],
    harness: wrong((fingerprints, storage) => ({
      open: (mark, call) => fingerprints.open(mark === undefined ? mark : lastMark(storage), call),
      async close() {
        await fingerprints.commit().catch(() => undefined)
        await fingerprints.close()
      },
    })),
  },
  {
    what: 'commits with every call, and goes on at its end',
    caughtBy: [
      'does not know what was not committed behind a crash',
      'finds them over restarts in the middle of the read',
    ],
    harness: wrong((fingerprints, storage) => ({
      open: (mark, call) => fingerprints.open(mark === undefined ? mark : lastMark(storage), call),
      async record(...args) {
        const verdicts = await fingerprints.record(...args)
        await fingerprints.commit()
        return verdicts
      },
    })),
  },
  {
    what: 'goes on at its end, whatever the mark',
    caughtBy: [
      'does not know what lies behind the mark, though it was committed',
      'knows a row again whose removal lies behind the mark',
      'does not know a row that was removed, and came back behind the mark',
      'finds the rest when it stopped in the middle of removing',
    ],
    harness: opening((mark, storage) => (mark === undefined ? mark : lastMark(storage))),
  },
  {
    what: 'goes one commit back, whatever the mark',
    caughtBy: [
      'goes back over several commits',
      'knows a row as it was that was removed and came back behind the mark',
    ],
    harness: opening((mark, storage) => {
      const marks = [...storage.commits.keys()]
      return marks.indexOf(mark ?? '') < marks.length - 1 ? marks.at(-2) : mark
    }),
  },
  {
    what: 'goes back to a mark twice',
    caughtBy: ['is where it was after several attempts in a row that came to nothing'],
    harness: wrong((fingerprints, storage) => {
      return {
        open: (mark, call) => {
          const times = storage.marks >= 4 ? lastMark(storage) : mark
          return fingerprints.open(mark === undefined ? mark : times, call)
        },
      }
    }),
  },
  {
    what: 'takes an unknown mark for its end',
    caughtBy: [
      'is empty at a mark that it does not know',
      'does not know the mark of an attempt that came to nothing',
      'does not know marks from before it was emptied',
    ],
    harness: opening((mark, storage) => (storage.commits.has(mark ?? '') ? mark : lastMark(storage)), true),
  },
  {
    what: 'counts its marks from the one it was opened at',
    caughtBy: [
      'does not know the mark of an attempt that came to nothing',
      'does not know marks from before it was emptied',
    ],
    harness: wrong((fingerprints, storage) => ({
      async open(mark, call) {
        const known = await fingerprints.open(mark, call)
        storage.marks = storage.commits.size
        return known
      },
    })),
  },
  {
    what: 'keeps 50 marks, and takes the last for the others',
    caughtBy: ['at a mark of long ago either knows exactly what it knew then, or nothing'],
    harness: opening((mark, storage) => {
      return [...storage.commits.keys()].slice(-50).includes(mark ?? '') ? mark : lastMark(storage)
    }),
  },
  {
    what: 'finds stale what is of the very epoch',
    caughtBy: ['finds the rows that were last seen in an earlier epoch'],
    harness: wrong((fingerprints) => ({ stale: (epoch, call) => fingerprints.stale(epoch + 1, call) })),
  },
  {
    what: 'finds stale what is of the epoch before only',
    caughtBy: ['finds what several reads did not bring'],
    harness: wrong((fingerprints) => ({
      async *stale(epoch, call) {
        const older = new Set<string>()
        for await (const group of fingerprints.stale(epoch - 1, call)) for (const id of group) older.add(id)
        for await (const group of fingerprints.stale(epoch, call)) {
          const ids = group.filter((id) => !older.has(id))
          if (ids.length > 0) yield ids
        }
      },
    })),
  },
  {
    what: 'skips a group when the one before was removed',
    caughtBy: ['finds many, in groups, while they are removed and committed'],
    harness: wrong((fingerprints) => ({
      async *stale(epoch, call) {
        let at = 0
        for await (const group of fingerprints.stale(epoch, call)) if (at++ % 2 === 0) yield group
      },
    })),
  },
  {
    what: 'is closed when a reader leaves',
    caughtBy: ['lets a reader leave in the middle'],
    harness: wrong((fingerprints) => ({
      async *stale(epoch, call) {
        let ended = false
        try {
          yield* fingerprints.stale(epoch, call)
          ended = true
        } finally {
          if (!ended) await fingerprints.close()
        }
      },
    })),
  },
  {
    what: 'does not look at the signal of a commit',
    caughtBy: ['rejects with the reason of a signal that is aborted, and can be opened again'],
    harness: wrong((fingerprints) => ({ commit: () => fingerprints.commit() })),
  },
  {
    what: 'cannot be closed twice',
    caughtBy: ['can be closed twice, and before it is opened'],
    harness: wrong((fingerprints) => {
      let closed = false
      return {
        async close() {
          if (closed) throw new Error('closed already')
          closed = true
          await fingerprints.close()
        },
      }
    }),
  },
  {
    what: 'finds nothing stale once it is closed',
    caughtBy: ['refuses calls once it is closed'],
    harness: wrong((fingerprints) => {
      let closed = false
      return {
        async *stale(epoch, call) {
          if (!closed) yield* fingerprints.stale(epoch, call)
        },
        async close() {
          closed = true
          await fingerprints.close()
        },
      }
    }),
  },
  {
    what: 'knows nothing of removals behind a crash',
    caughtBy: [1, 2, 3, 4].map(modelSteps),
    harness: wrong((fingerprints) => {
      const removed: string[] = []
      return {
        async remove(ids, call) {
          removed.push(...ids)
          return await fingerprints.remove(ids, call)
        },
        async commit(call) {
          if (removed.length > 8)
            await fingerprints.record([{ id: removed[0] ?? '', bytes: new Uint8Array() }], 1)
          return await fingerprints.commit(call)
        },
      }
    }),
  },
]
