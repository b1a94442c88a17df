import type { RowLedger } from '@deltaverse/core'
import type { RowLedgerHarness } from '@deltaverse/testing'
import type { Fault } from './fault.js'
import { ledgerHarness } from './harnesses.js'
import { createMemoryLedger, type LedgerStorage } from './memory-ledger.js'

function wrong(change: (ledger: RowLedger, storage: LedgerStorage) => Partial<RowLedger>): RowLedgerHarness {
  return ledgerHarness((storage) => {
    const ledger = createMemoryLedger(storage)
    return { ...ledger, ...change(ledger, storage) }
  })
}

/** A ledger that opens at other marks than it is asked for. */
function opening(
  change: (mark: string | undefined, storage: LedgerStorage) => string | undefined,
  answer?: boolean,
): RowLedgerHarness {
  return wrong((ledger, storage) => ({
    async open(mark, call) {
      const known = await ledger.open(change(mark, storage), call)
      return answer ?? known
    },
  }))
}

const lastMark = ({ commits }: LedgerStorage) => [...commits.keys()].at(-1)
const modelSteps = (seed: number) => `knows what a map knows after 250 random steps (seed ${seed})`

export const ledgerFaults: readonly Fault<RowLedgerHarness>[] = [
  {
    what: 'takes every row for changed',
    caughtBy: [
      'tells new, changed and unchanged rows apart',
      'gives marks that survive JSON',
      ...[1, 2, 3, 4].map(modelSteps),
    ],
    harness: wrong((ledger) => ({
      record: async (...args) =>
        (await ledger.record(...args)).map((verdict) => (verdict === 'new' ? 'new' : 'changed')),
    })),
  },
  {
    what: 'looks all rows of a call up first',
    caughtBy: ['compares with the row before, within one call too'],
    harness: wrong((ledger) => ({
      async record(rows, ...rest) {
        const verdicts = await ledger.record(rows, ...rest)
        return rows.map(
          ({ id }, at) => verdicts[rows.findIndex((row) => row.id === id)] ?? verdicts[at] ?? 'new',
        )
      },
    })),
  },
  {
    what: 'takes rows of another generation for new',
    caughtBy: ['looks at what the row is, not at the generation'],
    harness: wrong((ledger) => {
      let before = 0
      return {
        async record(rows, generation, call) {
          if (generation > before && before > 0) await ledger.remove(rows.map(({ id }) => id))
          before = generation
          return await ledger.record(rows, generation, call)
        },
      }
    }),
  },
  {
    what: 'compares the length',
    caughtBy: ['notices one byte'],
    harness: wrong((ledger) => ({
      record: (rows, ...rest) =>
        ledger.record(
          rows.map(({ id, bytes }) => ({ id, bytes: new Uint8Array(bytes.length) })),
          ...rest,
        ),
    })),
  },
  {
    what: 'compares the first 100 bytes',
    caughtBy: ['notices one byte'],
    harness: wrong((ledger) => ({
      record: (rows, ...rest) =>
        ledger.record(
          rows.map(({ id, bytes }) => ({ id, bytes: bytes.subarray(0, 100) })),
          ...rest,
        ),
    })),
  },
  {
    what: 'hashes at commit',
    caughtBy: ['does not look at the bytes again after the call'],
    harness: wrong((ledger) => {
      const calls: Parameters<RowLedger['record']>[] = []
      return {
        async record(...args) {
          calls.push(args)
          return await ledger.record(...args)
        },
        async commit(call) {
          for (const args of calls.splice(0)) await ledger.record(...args)
          return await ledger.commit(call)
        },
      }
    }),
  },
  {
    what: 'says of every row it removes that it was known',
    caughtBy: ['forgets rows and says whether it knew them'],
    harness: wrong((ledger) => ({
      async remove(ids, call) {
        await ledger.remove(ids, call)
        return ids.map(() => true)
      },
    })),
  },
  {
    what: 'fails when it is asked about nothing',
    caughtBy: ['takes calls about nothing'],
    harness: wrong((ledger) => ({
      async record(rows, ...rest) {
        if (rows.length === 0) throw new Error('nothing to record')
        return await ledger.record(rows, ...rest)
      },
    })),
  },
  {
    what: 'counts what it was shown',
    caughtBy: ['counts the rows it knows'],
    harness: wrong((ledger) => {
      let shown = 0
      return {
        async record(rows, ...rest) {
          shown += rows.length
          return await ledger.record(rows, ...rest)
        },
        count: () => shown,
      }
    }),
  },
  {
    what: 'keeps 16,384 rows of a call',
    caughtBy: ['knows 20,000 rows'],
    harness: wrong((ledger) => ({
      async record(rows, ...rest) {
        const kept = await ledger.record(rows.slice(0, 16_384), ...rest)
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
    harness: wrong((ledger) => ({
      commit: async (call) => (ledger.count() === 0 ? '' : await ledger.commit(call)),
    })),
  },
  {
    what: 'commits when it is closed, and goes on at its end',
    caughtBy: ['does not know what was not committed behind a close'],
    harness: wrong((ledger, storage) => ({
      open: (mark, call) => ledger.open(mark === undefined ? mark : lastMark(storage), call),
      async close() {
        await ledger.commit().catch(() => undefined)
        await ledger.close()
      },
    })),
  },
  {
    what: 'commits with every call, and goes on at its end',
    caughtBy: [
      'does not know what was not committed behind a crash',
      'finds them over restarts in the middle of the read',
    ],
    harness: wrong((ledger, storage) => ({
      open: (mark, call) => ledger.open(mark === undefined ? mark : lastMark(storage), call),
      async record(...args) {
        const verdicts = await ledger.record(...args)
        await ledger.commit()
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
    harness: wrong((ledger, storage) => {
      return {
        open: (mark, call) => {
          const times = storage.marks >= 4 ? lastMark(storage) : mark
          return ledger.open(mark === undefined ? mark : times, call)
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
    harness: wrong((ledger, storage) => ({
      async open(mark, call) {
        const known = await ledger.open(mark, call)
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
    what: 'finds stale what is of the very generation',
    caughtBy: ['finds the rows that were last seen in an earlier generation'],
    harness: wrong((ledger) => ({ stale: (generation, call) => ledger.stale(generation + 1, call) })),
  },
  {
    what: 'finds stale what is of the generation before only',
    caughtBy: ['finds what several reads did not bring'],
    harness: wrong((ledger) => ({
      async *stale(generation, call) {
        const older = new Set<string>()
        for await (const group of ledger.stale(generation - 1, call)) for (const id of group) older.add(id)
        for await (const group of ledger.stale(generation, call)) {
          const ids = group.filter((id) => !older.has(id))
          if (ids.length > 0) yield ids
        }
      },
    })),
  },
  {
    what: 'skips a group when the one before was removed',
    caughtBy: ['finds many, in groups, while they are removed and committed'],
    harness: wrong((ledger) => ({
      async *stale(generation, call) {
        let at = 0
        for await (const group of ledger.stale(generation, call)) if (at++ % 2 === 0) yield group
      },
    })),
  },
  {
    what: 'is closed when a reader leaves',
    caughtBy: ['lets a reader leave in the middle'],
    harness: wrong((ledger) => ({
      async *stale(generation, call) {
        let ended = false
        try {
          yield* ledger.stale(generation, call)
          ended = true
        } finally {
          if (!ended) await ledger.close()
        }
      },
    })),
  },
  {
    what: 'does not look at the signal of a commit',
    caughtBy: ['rejects with the reason of a signal that is aborted, and can be opened again'],
    harness: wrong((ledger) => ({ commit: () => ledger.commit() })),
  },
  {
    what: 'cannot be closed twice',
    caughtBy: ['can be closed twice, and before it is opened'],
    harness: wrong((ledger) => {
      let closed = false
      return {
        async close() {
          if (closed) throw new Error('closed already')
          closed = true
          await ledger.close()
        },
      }
    }),
  },
  {
    what: 'finds nothing stale once it is closed',
    caughtBy: ['refuses calls once it is closed'],
    harness: wrong((ledger) => {
      let closed = false
      return {
        async *stale(generation, call) {
          if (!closed) yield* ledger.stale(generation, call)
        },
        async close() {
          closed = true
          await ledger.close()
        },
      }
    }),
  },
  {
    what: 'knows nothing of removals behind a crash',
    caughtBy: [1, 2, 3, 4].map(modelSteps),
    harness: wrong((ledger) => {
      const removed: string[] = []
      return {
        async remove(ids, call) {
          removed.push(...ids)
          return await ledger.remove(ids, call)
        },
        async commit(call) {
          if (removed.length > 8) await ledger.record([{ id: removed[0] ?? '', bytes: new Uint8Array() }], 1)
          return await ledger.commit(call)
        },
      }
    }),
  },
]
