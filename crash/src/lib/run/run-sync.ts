import { basename } from 'node:path'
import { createFileCheckpointStore } from '@deltaverse/checkpoint-stores'
import { createClient, type Interceptor } from '@deltaverse/client'
import type { Checkpoint, Fingerprints, Source } from '@deltaverse/core'
import { createChangeFeed } from '@deltaverse/dataverse'
import type { Files, Processes } from '@deltaverse/durable-files'
import { interceptFiles } from '@deltaverse/durable-files/testing'
import { createFileSink } from '@deltaverse/files'
import { createFingerprints } from '@deltaverse/fingerprints'
import { sync } from '@deltaverse/sync'
import { createSeededRandom, createVirtualClock } from '@deltaverse/testing'
import { announced } from '../disk/failing-files.js'
import { type Failpoint, type Work, workAfter } from '../failpoints.js'
import { entitySet, primaryKey, selections } from '../service/item-table.js'
import { observedSink, observedStore } from './observed.js'
import { plantOf, type SyncParts } from './plants.js'
import type { RunOrder } from './run-order.js'
import type { Tell } from './trace.js'

/** What a run stands on, and who listens. */
export interface Surroundings {
  readonly files: Files
  /** Default: the processes of this machine. */
  readonly processes?: Processes | undefined
  /** Told of every point that is reached; does not return when the run is to end there. At steps it is waited for. */
  readonly reached: (point: Failpoint) => void | Promise<void>
  readonly tell: Tell
  readonly signal?: AbortSignal | undefined
}

/** The name that every scenario's state is kept under, and its files are called by. */
export const syncName = 'crash_items'

/** Runs the sync once, to the end of what there is to read. Throws what it throws. */
export async function runSync(order: RunOrder, surroundings: Surroundings): Promise<void> {
  const { reached, tell, signal, processes } = surroundings
  const plant = plantOf(order.plant)
  const time = createVirtualClock(order.nowMs)
  const lots = createSeededRandom(order.seed, 'client')
  const random = (): number => lots.below(2 ** 32) / 2 ** 32
  let work: Work = 'opening'
  const disk = order.detailed ? toldFiles(surroundings.files, tell) : surroundings.files
  const files = announced(plant.files?.(disk) ?? disk, (point) => {
    void reached(point)
    void reached(`in:${work}`)
  })
  const client = createClient({
    url: order.url,
    clock: time,
    random,
    interceptors: [announcedRequests(reached)],
  })
  const feed = createChangeFeed(client, {
    entitySet,
    select: selections[order.selection],
    onMismatch: 'reset',
    primaryKey,
    readAheadBytes: order.feed.readAheadBytes,
    decoder: order.feed.decoder,
    clock: time,
    random,
    ...plant.feed,
  })
  const sound: SyncParts = { feed, files, ...createParts(order, files, processes, time.now) }
  const parts: SyncParts = { ...sound, ...plant.parts?.(sound) }
  try {
    await sync({
      name: syncName,
      source: announcedFeed(parts.feed, reached),
      sink: observedSink(parts.sink, tell),
      checkpoints: observedStore(parts.checkpoints, tell),
      fingerprints: parts.fingerprints && announcedFingerprints(parts.fingerprints, reached),
      restart: order.restart,
      environmentId: order.environmentId,
      commitBytes: order.commitBytes,
      commitMs: 3_600_000,
      clock: time,
      random,
      signal,
      onStep(step) {
        work = workAfter(step)
        return reached(`step:${step}`)
      },
    })
  } finally {
    await client.close()
  }
}

function createParts(
  { sink, directory, fingerprintDirectory }: RunOrder,
  files: Files,
  processes: Processes | undefined,
  now: () => number,
): Omit<SyncParts, 'feed' | 'files'> {
  return {
    directory,
    sink: createFileSink({
      directory,
      name: syncName,
      mode: sink.mode,
      compress: sink.compression,
      ...(sink.rotating && { rotate: { bytes: 1500, rows: 7 } }),
      files,
      now,
    }),
    checkpoints: createFileCheckpointStore({ directory, files, processes }),
    fingerprints: sink.fingerprints ? createFingerprints({ directory: fingerprintDirectory }) : undefined,
  }
}

function toldFiles(files: Files, tell: Tell): Files {
  return interceptFiles(files, ({ operation, path }) => {
    if (!/stat|close/.test(operation)) tell({ kind: 'file', operation, path: basename(path) })
  })
}

function announcedRequests(reached: Surroundings['reached']): Interceptor {
  return (next) => async (request) => {
    const select = new URL(request.url, 'http://localhost').searchParams.get('$select')
    if (select === primaryKey) void reached('keys-only-request')
    return await next(request)
  }
}

/** Tells of the pages that bring what changed under a full read. */
function announcedFeed(feed: Source, reached: Surroundings['reached']): Source {
  return {
    ...feed,
    async *read(options) {
      let isCatchingUp = isInCatchUp(options?.checkpoint)
      for await (const batch of feed.read(options)) {
        if (isCatchingUp) void reached('catch-up-page')
        for (const event of batch)
          if (event.kind === 'checkpoint') isCatchingUp = isInCatchUp(event.checkpoint)
        yield batch
      }
    },
  }
}

function isInCatchUp(checkpoint: Checkpoint | null | undefined): boolean {
  return Object(checkpoint?.cursor).phase === 'catch-up'
}

/** Tells of what the fingerprint store does while it does it: its store is in the middle of it then. */
function announcedFingerprints(fingerprints: Fingerprints, reached: Surroundings['reached']): Fingerprints {
  function during<T>(point: Failpoint, working: Promise<T>): Promise<T> {
    working.catch(() => undefined)
    void reached(point)
    return working
  }
  return {
    open: (...all) => during('fingerprints:opening', fingerprints.open(...all)),
    record: (...all) => during('fingerprints:recording', fingerprints.record(...all)),
    remove: (...all) => during('fingerprints:removing', fingerprints.remove(...all)),
    stale: (...all) => fingerprints.stale(...all),
    count: () => fingerprints.count(),
    commit: (...all) => during('fingerprints:committing', fingerprints.commit(...all)),
    close: () => fingerprints.close(),
  }
}
