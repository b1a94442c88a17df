import type { ChangeEvent, Source } from '@deltaverse/core'
import {
  createMemorySource,
  createSourceStorage,
  putRow,
  removeRow,
  type SourceHarness,
  type SourceStorage,
} from '@deltaverse/testing'
import type { Fault } from './fault.js'

/** The source in memory, as somebody has changed it. */
export function sourceHarness(
  change: (source: Source, storage: SourceStorage) => Source = (source) => source,
): SourceHarness {
  let storage = createSourceStorage()
  const open = () => change(createMemorySource(storage), storage)
  return {
    create() {
      storage = createSourceStorage()
      return open()
    },
    reopen: open,
    upsert: (number, name) => putRow(storage, number, name),
    remove: (number) => removeRow(storage, number),
    forget() {
      storage.forgottenUpTo = storage.changes
    },
  }
}

/** Everything that a read tells, one event after the other as somebody changes it; `undefined` leaves it out. */
function telling(edit: (event: ChangeEvent, at: number) => ChangeEvent | undefined): SourceHarness {
  return sourceHarness((source) => ({
    ...source,
    async *read(options) {
      let at = 0
      for await (const group of source.read(options)) {
        yield group.flatMap((event) => {
          const edited = edit(event, at)
          at += 1
          return edited === undefined ? [] : [edited]
        })
      }
    },
  }))
}

const whole = 'tells every row of a table between a reset and its end'
const since = 'tells what changed since a checkpoint, and what is gone'
const goesOn = 'goes on from every checkpoint, and misses nothing'

export const sourceFaults: readonly Fault<SourceHarness>[] = [
  {
    what: 'leaves the third row out',
    caughtBy: [whole, 'can be left in the middle, and read again'],
    harness: telling((event, at) => (at === 3 && event.kind === 'upserted' ? undefined : event)),
  },
  {
    what: 'never tells the end of a snapshot',
    caughtBy: [whole, 'reads an empty table to its end'],
    harness: telling((event) => (event.kind === 'complete' ? undefined : event)),
  },
  {
    what: 'calls every checkpoint a boundary',
    caughtBy: ['ends at a boundary, and has none within a snapshot'],
    harness: telling((event) =>
      event.kind === 'checkpoint'
        ? { ...event, checkpoint: { ...event.checkpoint, isBoundary: true } }
        : event,
    ),
  },
  {
    what: 'does not tell of deletions',
    caughtBy: [since, goesOn],
    harness: telling((event) => (event.kind === 'deleted' ? undefined : event)),
  },
  {
    what: 'tells of all rows each time',
    caughtBy: [since, 'has nothing to tell where nothing changed'],
    harness: sourceHarness((source) => ({
      ...source,
      async *read(options = {}) {
        for await (const group of source.read()) {
          if (options.checkpoint != null) yield group.filter(({ kind }) => kind === 'upserted')
        }
        yield* source.read(options)
      },
    })),
  },
  {
    what: 'goes on one change too late',
    caughtBy: [goesOn],
    harness: telling((event) => {
      if (event.kind !== 'checkpoint' || event.checkpoint.phase !== 'snapshot') return event
      const cursor = event.checkpoint.cursor as { since: number }
      return { ...event, checkpoint: { ...event.checkpoint, cursor: { ...cursor, since: cursor.since + 1 } } }
    }),
  },
  {
    what: 'keeps the epoch when it begins anew',
    caughtBy: [
      'begins anew when it is told to, under a higher epoch',
      'reads in full where it has forgotten a checkpoint, and says why',
    ],
    harness: telling((event) => (event.kind === 'reset' ? { ...event, epoch: 1 } : event)),
  },
  {
    what: 'tells rows that differ from their bytes',
    caughtBy: ['tells each change in one way'],
    harness: telling((event) =>
      event.kind === 'upserted' ? { ...event, row: { ...event.row, name: 'x' } } : event,
    ),
  },
  {
    what: 'is called otherwise each time',
    caughtBy: ['names the same source in each checkpoint, and after a restart'],
    harness: sourceHarness((source, { changes }) => ({ ...source, id: `${source.id}/${changes}` })),
  },
  {
    what: 'does not listen to the signal',
    caughtBy: ['stops when the signal aborts, with its reason'],
    harness: sourceHarness((source) => ({
      ...source,
      read: ({ signal: _, ...options } = {}) => source.read(options),
    })),
  },
  {
    what: 'tells a schema without a column of its rows',
    caughtBy: ['tells a schema with a key, and the members of its rows'],
    harness: sourceHarness((source) => ({
      ...source,
      schema: async () => ({
        name: 'accounts',
        primaryKey: ['accountid'],
        columns: [{ name: 'accountid', type: { kind: 'uuid' }, nullable: false }],
      }),
    })),
  },
  {
    what: 'forgets a key',
    caughtBy: ['tells keys and versions of all rows, as its changes do'],
    harness: sourceHarness((source) => ({
      ...source,
      async *keys() {
        for await (const group of source.keys?.() ?? []) yield group.slice(1)
      },
    })),
  },
  {
    what: 'tells rows as they were',
    caughtBy: ['tells the rows of ids as they are now, and nothing of those that are gone'],
    harness: sourceHarness((source) => {
      return {
        ...source,
        async *rows(ids) {
          for await (const group of source.rows?.(ids) ?? []) {
            yield group.map((change) => ({ ...change, row: { ...change.row, name: 'first 1' } }))
          }
        },
      }
    }),
  },
  {
    what: 'goes on with columns a row too late',
    caughtBy: ['reads some columns of all rows, and goes on from any group'],
    harness: sourceHarness((source) => ({
      ...source,
      async *readColumns(columns, options = {}) {
        let isFirst = options.cursor !== undefined
        for await (const group of source.readColumns?.(columns, options) ?? []) {
          yield isFirst ? { ...group, rows: group.rows.slice(1) } : group
          isFirst = false
        }
      },
    })),
  },
]
