import type { ChangeEvent, Row, UpsertedChange } from '@deltaverse/core'
import { createMemorySink, type MemorySink, type MemoryStorage, rowsOf, upserted } from '@deltaverse/testing'
import type { Fault } from './fault.js'
import { sinkHarness } from './harnesses.js'

type Harness = ReturnType<typeof sinkHarness>

/** A sink that does some of its calls wrong. */
function wrong(change: (sink: MemorySink, storage: MemoryStorage) => Partial<MemorySink>): Harness {
  return sinkHarness((storage) => {
    const sink = createMemorySink(storage)
    return { ...sink, ...change(sink, storage) }
  })
}

/** A sink to which events get through in another shape. */
function garbled(change: (events: readonly ChangeEvent[]) => readonly ChangeEvent[]): Harness {
  return wrong((sink) => ({ write: (events, call) => sink.write(change(events), call) }))
}

/** A sink from which rows come back as another text. */
function retold(change: (text: string) => string): Harness {
  const replay: typeof rowsOf = (log) => {
    const rows = [...rowsOf(log)].map(([id, row]): [string, Row] => [
      id,
      JSON.parse(change(JSON.stringify(row))),
    ])
    return new Map(rows)
  }
  return sinkHarness(createMemorySink, replay)
}

/** A sink whose rows come back with some values changed. */
function retoldValues(change: (value: unknown, key: string) => unknown): Harness {
  return retold((text) => JSON.stringify(JSON.parse(text, (key, value) => change(value, key))))
}

const upserts = (events: readonly ChangeEvent[]) =>
  events.filter((event): event is UpsertedChange => event.kind === 'upserted')

export const sinkFaults: readonly Fault<Harness>[] = [
  {
    what: 'loses the first row of a full read',
    caughtBy: [
      'keeps the rows of a full read',
      'takes rows without an etag and ids of all hexadecimal digits',
    ],
    harness: garbled((events) => events.filter((event) => event !== upserts(events)[0])),
  },
  {
    what: 'keeps the last write before a commit only',
    caughtBy: ['keeps rows that come in several writes before one commit'],
    harness: wrong((sink, storage) => {
      let position = 0
      return {
        async open(at, call) {
          await sink.open(at, call)
          position = storage.log.length
        },
        async write(events, call) {
          await sink.open(position)
          await sink.write(events, call)
        },
        commit: async (call) => (position = await sink.commit(call)),
      }
    }),
  },
  {
    what: 'takes rows within a full read only',
    caughtBy: [
      'keeps rows that come without a full read around them',
      'goes on with changes after a full read',
    ],
    harness: garbled((events) => (events.some(({ kind }) => kind === 'reset') ? events : [])),
  },
  {
    what: 'starts over at a commit of nothing',
    caughtBy: ['takes commits without changes and writes without events'],
    harness: wrong((sink, storage) => {
      let before = 0
      return {
        async commit(call) {
          const position = await sink.commit(call)
          if (position === before) storage.log.length = 0
          before = storage.log.length
          return before
        },
      }
    }),
  },
  {
    what: 'ignores deletions',
    caughtBy: [
      'deletes rows, also those that it never saw',
      'takes updates and deletions within a full read',
    ],
    harness: garbled((events) => events.filter(({ kind }) => kind !== 'deleted')),
  },
  {
    what: 'keeps the first of several versions in one commit',
    caughtBy: ['keeps the last of several versions in one commit'],
    harness: garbled((events) =>
      events.filter(
        (event) => event.kind !== 'upserted' || upserts(events).find(({ id }) => id === event.id) === event,
      ),
    ),
  },
  {
    what: 'inserts and never updates',
    caughtBy: ['keeps the last of several versions across commits'],
    harness: wrong((sink, storage) => ({
      write: (events, call) =>
        sink.write(
          events.filter((event) => event.kind !== 'upserted' || !rowsOf(storage.log).has(event.id)),
          call,
        ),
    })),
  },
  {
    what: 'merges a version into the one before',
    caughtBy: ['forgets columns that the new version of a row does not have'],
    harness: wrong((sink, storage) => ({
      write: (events, call) =>
        sink.write(
          events.map((event) =>
            event.kind === 'upserted'
              ? upserted(event.id, { ...rowsOf(storage.log).get(event.id), ...event.row })
              : event,
          ),
          call,
        ),
    })),
  },
  {
    what: 'takes deletions before everything else',
    caughtBy: ['takes a row that was deleted back, and deletes one that was just written'],
    harness: garbled((events) => [
      ...events.filter(({ kind }) => kind === 'deleted'),
      ...events.filter(({ kind }) => kind !== 'deleted'),
    ]),
  },
  {
    what: 'fails at the deletion of a row that is not there',
    caughtBy: ['is left by the same changes twice as by the same changes once'],
    harness: wrong((sink, storage) => ({
      async write(events, call) {
        await sink.write(events, call)
        for (const event of events) {
          if (
            event.kind === 'deleted' &&
            !rowsOf([...storage.log, ...events]).has(event.id) &&
            storage.log.length > 3
          ) {
            throw new Error('no such row')
          }
        }
      },
    })),
  },
  {
    what: 'keeps its rows in memory only',
    caughtBy: [
      'has what was committed when it is opened again',
      'takes a full read that is spread over many commits',
    ],
    harness: wrong((sink, storage) => ({
      open(_, call) {
        storage.log.length = 0
        return sink.open(0, call)
      },
      async commit(call) {
        const position = await sink.commit(call)
        if (storage.log.at(-1)?.kind === 'complete') storage.log.length = 0
        return position
      },
    })),
  },
  {
    what: 'flushes what was not committed when it is closed',
    caughtBy: [
      'has lost what was not committed behind a restart',
      'refuses writes and commits once it is closed',
    ],
    harness: wrong((sink, storage) => {
      const pending: ChangeEvent[] = []
      return {
        open: (position, call) => sink.open(position === undefined ? position : storage.log.length, call),
        write: async (events) => void pending.push(...events),
        async commit(call) {
          await sink.write(pending.splice(0))
          return await sink.commit(call)
        },
        close: async () => void storage.log.push(...pending.splice(0)),
      }
    }),
  },
  {
    what: 'writes at once, and does not cut off at open',
    caughtBy: [
      'has lost what was not committed behind a crash',
      'opens at a position of which more was begun and not committed, again and again',
      'goes on with a full read that was interrupted',
      'goes on with the very first full read when it was interrupted',
    ],
    harness: wrong((sink, storage) => ({
      open: (position, call) => sink.open(position === undefined ? position : storage.log.length, call),
      async write(events, call) {
        await sink.write(events, call)
        await sink.commit()
      },
    })),
  },
  {
    what: 'writes at once, and takes what it finds for a beginning',
    caughtBy: ['has nothing when it ended before the first commit'],
    harness: wrong((sink, storage) => ({
      open: (position, call) => sink.open(position ?? storage.log.length, call),
      async write(events, call) {
        await sink.write(events, call)
        await sink.commit()
      },
    })),
  },
  {
    what: 'goes on at its end, whatever the position',
    caughtBy: [
      'discards what lies beyond the position that it is opened at',
      'is as it was before a full read that lies beyond the position',
    ],
    harness: wrong((sink, storage) => ({
      open: (position, call) => sink.open(position === undefined ? position : storage.log.length, call),
    })),
  },
  {
    what: 'takes positions that it was opened at before for spent',
    caughtBy: ['takes several crashes between commit and save'],
    harness: wrong((sink, storage) => ({
      async open(position, call) {
        const spent = `opened at ${position}`
        if (position !== undefined && storage.foreign.has(spent)) throw new Error('no such position')
        storage.foreign.set(spent, '')
        await sink.open(position, call)
      },
    })),
  },
  {
    what: 'forgets at open which full read is under way',
    caughtBy: ['takes a full read again whose end lies beyond the position'],
    harness: sinkHarness((storage) => {
      const sink = createMemorySink(storage)
      return {
        ...sink,
        async open(position, call) {
          await sink.open(position, call)
          storage.log = storage.log.filter(({ kind }, at, all) => {
            return kind !== 'reset' || all.slice(at).some((later) => later.kind === 'complete')
          })
        },
      }
    }),
  },
  {
    what: 'keeps what an earlier sync left',
    caughtBy: ['starts empty over what an earlier sync left'],
    harness: wrong((sink, storage) => ({
      open: (position, call) => sink.open(position ?? storage.log.length, call),
    })),
  },
  {
    what: 'removes everything it finds to start empty',
    caughtBy: ['leaves the data of others alone'],
    harness: wrong((sink, storage) => ({
      async open(position, call) {
        if (position === undefined) storage.foreign.clear()
        await sink.open(position, call)
      },
    })),
  },
  {
    what: 'drops nothing at complete',
    caughtBy: [
      'drops at complete what a full read did not bring',
      'takes a full read that is spread over many commits',
      'counts only the later epoch when the earlier was never complete',
    ],
    harness: garbled((events) => events.filter(({ kind }) => kind !== 'complete' && kind !== 'reset')),
  },
  {
    what: 'goes on with an epoch that begins again',
    caughtBy: [
      'counts only the last beginning of an epoch that begins twice',
      'counts only the last beginning when both are in one commit',
    ],
    harness: sinkHarness(createMemorySink, (log) => {
      const begun = new Set<number>()
      const first = (epoch: number) => !begun.has(epoch) && begun.add(epoch)
      return rowsOf(log.filter((event) => event.kind !== 'reset' || first(event.epoch)))
    }),
  },
  {
    what: 'takes a full read of nothing for a mistake',
    caughtBy: ['is empty when a full read brought nothing'],
    harness: garbled((events) =>
      events.some((event) => event.kind === 'complete' && event.rows === 0) && upserts(events).length === 0
        ? []
        : events,
    ),
  },
  {
    what: 'is empty from reset on',
    caughtBy: ['shows the rows of the old epoch until complete, and none of them after'],
    harness: garbled((events) =>
      events.flatMap((event): readonly ChangeEvent[] =>
        event.kind === 'reset' ? [event, { kind: 'complete', epoch: event.epoch, rows: 0 }, event] : [event],
      ),
    ),
  },
  {
    what: 'loses all but 8,192 events of a write',
    caughtBy: ['takes 10,000 rows in one write'],
    harness: garbled((events) => events.slice(-8_192)),
  },
  {
    what: 'gives only a number of its position, and it is no JSON',
    caughtBy: ['says its position in plain JSON'],
    harness: wrong((sink) => ({
      commit: async (call) => ((await sink.commit(call)) === 0 ? Number.NaN : Number.POSITIVE_INFINITY),
    })),
  },
  {
    what: 'wraps the reason of a signal',
    caughtBy: ['rejects with the reason of a signal that is aborted, and can be opened again'],
    harness: wrong((sink) => ({
      async write(events, call) {
        if (call?.signal?.aborted) throw new Error('aborted', { cause: call.signal.reason })
        await sink.write(events)
      },
    })),
  },
  {
    what: 'does not look at the signal of a commit',
    caughtBy: ['rejects with the reason of a signal that is aborted, and can be opened again'],
    harness: wrong((sink) => ({ commit: () => sink.commit() })),
  },
  {
    what: 'stops in the middle when it is aborted, and does not cut off at open',
    caughtBy: ['is whole when a commit is aborted while it is under way'],
    harness: wrong((sink, storage) => {
      const pending: ChangeEvent[] = []
      return {
        open: (position, call) => sink.open(position === undefined ? position : storage.log.length, call),
        write: async (events) => void pending.push(...events),
        async commit(call) {
          while (pending.length > 0) {
            await sink.write(pending.splice(0, 1))
            await sink.commit()
            if (call?.signal?.aborted) throw new Error('stopped in the middle')
          }
          return await sink.commit()
        },
      }
    }),
  },
  {
    what: 'cannot be closed twice',
    caughtBy: ['can be closed twice, and before it is opened'],
    harness: wrong((sink) => {
      let closed = false
      return {
        async close() {
          if (closed) throw new Error('closed already')
          closed = true
          await sink.close()
        },
      }
    }),
  },
  {
    what: 'takes writes when it is closed',
    caughtBy: [
      'refuses writes and commits once it is closed',
      'refuses writes and commits before it is opened',
    ],
    harness: wrong((sink) => ({
      write: async (events, call) => await sink.write(events, call).catch(() => undefined),
    })),
  },
  ...retellings(),
]

function retellings(): readonly Fault<Harness>[] {
  const texts: Readonly<Record<string, readonly [string, Harness]>> = {
    'cuts text off at 64 kB': [
      'takes a row of 5 MB',
      retoldValues((value) => (typeof value === 'string' ? value.slice(0, 65_536) : value)),
    ],
    'turns control characters into blanks': [
      'gives back text with line breaks, tabs and other control characters',
      retoldValues((value) => (typeof value === 'string' ? value.replace(/\p{Cc}/gu, ' ') : value)),
    ],
    'drops backslashes': [
      'gives back text with quotes, backslashes and separators',
      retoldValues((value) => (typeof value === 'string' ? value.replaceAll('\\', '') : value)),
    ],
    'trims what Unicode calls white space': [
      'gives back text with line separators of Unicode',
      retoldValues((value) => (typeof value === 'string' ? value.replace(/\ufeff|\u2028/g, '') : value)),
    ],
    'keeps 8 bits of each character': [
      'gives back text with letters of all kinds',
      retoldValues((value) =>
        typeof value === 'string' ? Buffer.from(value, 'latin1').toString('latin1') : value,
      ),
    ],
    'normalises text': [
      'gives back text with characters beyond 16 bits and combined ones',
      retoldValues((value) => (typeof value === 'string' ? value.normalize('NFC') : value)),
    ],
    'takes empty text for null': [
      'gives back text with nothing in it',
      retoldValues((value) => (value === '' ? null : value)),
    ],
    'trims text': [
      'gives back text with white space around it',
      retoldValues((value) => (typeof value === 'string' ? value.trim() : value)),
    ],
    'drops empty columns': [
      'gives back empty columns',
      retoldValues((value, key) => (value === null && key !== '' ? undefined : value)),
    ],
    'rounds numbers': [
      'gives back numbers of all kinds',
      retoldValues((value) => (typeof value === 'number' ? Math.round(value * 10_000) / 10_000 : value)),
    ],
    'turns text of digits into numbers': [
      'gives back numbers beyond a double, as text',
      retoldValues((value) =>
        typeof value === 'string' && /^\d[\d.]+$/.test(value) ? Number(value) : value,
      ),
    ],
    'keeps booleans as numbers': [
      'gives back booleans',
      retoldValues((value) => (typeof value === 'boolean' ? Number(value) : value)),
    ],
    'writes dates in its own way': [
      'gives back dates and ids',
      retoldValues((value) =>
        typeof value === 'string' && /^\d{4}-.*Z$/.test(value) ? new Date(value).toISOString() : value,
      ),
    ],
    'drops annotations': [
      'gives back annotations',
      retoldValues((value, key) => (key.indexOf('@') > 0 ? undefined : value)),
    ],
    'keeps nested values as text': [
      'gives back nested values',
      retoldValues((value) => (Array.isArray(value) ? JSON.stringify(value) : value)),
    ],
  }
  return Object.entries(texts).map(([what, [caseName, harness]]) => ({ what, caughtBy: [caseName], harness }))
}
