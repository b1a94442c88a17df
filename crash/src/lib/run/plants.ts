import type { CheckpointStore, Fingerprints, OpenedSink, Source } from '@deltaverse/core'
import type { ChangeFeedOptions } from '@deltaverse/dataverse'
import type { Files } from '@deltaverse/durable-files'
import { changedFiles } from './planted/changed-files.js'
import { checkpointsFirst } from './planted/checkpoints-first.js'
import { fingerprintThatIsAhead, fingerprintThatIsBehind } from './planted/fingerprints.js'
import { sinkThatInsists, sinkWithoutLease } from './planted/holders.js'
import { sinkThatIsAhead, sinkThatTrustsItsFile } from './planted/sinks.js'

/** What a sync is made of, as far as bugs can be planted in it. */
export interface SyncParts {
  readonly feed: Source
  readonly sink: OpenedSink['sink']
  /** Absent where the sink keeps the state itself. */
  readonly checkpoints: CheckpointStore | undefined
  readonly fingerprints: Fingerprints | undefined
  readonly files: Files
  readonly directory: string
}

/** A bug that is put around the parts of a sync, from outside. */
interface Plant {
  files?(files: Files): Files
  readonly feed?: Partial<ChangeFeedOptions>
  parts?(parts: SyncParts): Partial<SyncParts>
}

export type PlantName =
  | 'checkpoint-before-rows'
  | 'no-data-fsync'
  | 'no-state-fsync'
  | 'no-folder-fsync'
  | 'resync-forgets-deletions'
  | 'gap-open'
  | 'pages-from-the-start'
  | 'fingerprint-ahead'
  | 'fingerprint-behind'
  | 'nothing-discarded'
  | 'torn-tail-accepted'
  | 'no-compare-and-set'
  | 'columns-forgotten'
  | 'wakes-blind'

const plants: Readonly<Record<PlantName, Plant>> = {
  /** The state says that a page is done whose rows come only then. */
  'checkpoint-before-rows': { parts: ({ feed }) => ({ feed: checkpointsFirst(feed) }) },
  /** Rows are written and never flushed. */
  'no-data-fsync': { files: (files) => changedFiles(files, /\.(?:ndjson|csv)/, { sync: async () => {} }) },
  /** States are written and never flushed. */
  'no-state-fsync': { files: (files) => changedFiles(files, /\.checkpoint\.json/, { sync: async () => {} }) },
  /** Names are never flushed. */
  'no-folder-fsync': { files: (files) => ({ ...files, syncFolder: async () => {} }) },
  /** Nobody deletes what a full read did not bring. */
  'resync-forgets-deletions': { parts: withoutDerivedDeletions },
  /** Nobody asks for what changed under a read. */
  'gap-open': { feed: { gapGuard: false } },
  /** A read that was broken off begins again at its first page. */
  'pages-from-the-start': { parts: ({ feed }) => ({ feed: withoutNextLinks(feed) }) },
  /** What the fingerprint store recorded behind the saved mark counts after a crash. */
  'fingerprint-ahead': { parts: (parts) => ({ fingerprints: fingerprintThatIsAhead(parts) }) },
  /** The state names the mark that the fingerprint store had before. */
  'fingerprint-behind': {
    parts: ({ fingerprints }) => ({ fingerprints: fingerprints && fingerprintThatIsBehind(fingerprints) }),
  },
  /** What the sink committed behind the saved position stays. */
  'nothing-discarded': { parts: (parts) => ({ sink: sinkThatIsAhead(parts) }) },
  /** Whatever is in the file counts, however it ends. */
  'torn-tail-accepted': { parts: (parts) => ({ sink: sinkThatTrustsItsFile(parts) }) },
  /** Nobody looks whether somebody else works on this name, or has saved in the meantime. */
  'no-compare-and-set': {
    parts: ({ checkpoints }) => ({ checkpoints: checkpoints && storeWithoutGuards(checkpoints) }),
  },
  /** The state does not tell which columns are still to be filled. */
  'columns-forgotten': {
    parts: ({ checkpoints }) => ({ checkpoints: checkpoints && storeWithoutBackfills(checkpoints) }),
  },
  /** Whoever was frozen goes on as if nobody had taken over: no lease is asked for, and a state that is another's is replaced. */
  'wakes-blind': {
    parts: ({ checkpoints, sink }) => ({
      checkpoints: checkpoints && storeWithoutGuards(checkpoints),
      sink: 'commitWith' in sink ? sinkThatInsists(sink) : sinkWithoutLease(sink),
    }),
  },
}

export const plantNames: readonly PlantName[] = Object.keys(plants) as PlantName[]

/** The bug of this name; without a name, nothing is changed. */
export function plantOf(name: PlantName | undefined): Plant {
  return name === undefined ? {} : plants[name]
}

function withoutDerivedDeletions({ sink, fingerprints }: SyncParts): Partial<SyncParts> {
  return {
    sink: {
      ...sink,
      write: (events, call) =>
        sink.write(
          events.filter(({ kind }) => kind !== 'complete'),
          call,
        ),
    },
    fingerprints: fingerprints && { ...fingerprints, async *stale() {} },
  }
}

function withoutNextLinks(feed: Source): Source {
  return {
    ...feed,
    read({ checkpoint, ...rest } = {}) {
      if (checkpoint === undefined || checkpoint === null) return feed.read({ ...rest, checkpoint })
      const { nextLink: _, guardLink: __, ...cursor } = Object(checkpoint.cursor)
      return feed.read({ ...rest, checkpoint: { ...checkpoint, cursor } })
    },
  }
}

function storeWithoutBackfills(store: CheckpointStore): CheckpointStore {
  return {
    ...store,
    save(name, state, ...rest) {
      const { backfills: _, ...others } = state
      return store.save(name, others, ...rest)
    },
  }
}

function storeWithoutGuards(store: CheckpointStore): CheckpointStore {
  return {
    load: (...all) => store.load(...all),
    async save(name, state, _, call) {
      return await store.save(name, state, (await store.load(name, call))?.revision, call)
    },
  }
}
