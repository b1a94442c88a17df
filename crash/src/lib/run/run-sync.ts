import { basename } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { createClient, type Interceptor } from '@deltaverse/client'
import type { Checkpoint, Fingerprints, OpenedSink, Source, TransactionalSink } from '@deltaverse/core'
import { createChangeFeed } from '@deltaverse/dataverse'
import type { Files, Processes } from '@deltaverse/durable-files'
import { interceptFiles } from '@deltaverse/durable-files/testing'
import { createFingerprints } from '@deltaverse/fingerprints'
import { loadConnector } from '@deltaverse/registry'
import { sync } from '@deltaverse/sync'
import { createSeededRandom, createVirtualClock } from '@deltaverse/testing'
import { observedSink, observedStore, type Tell } from '@deltaverse/testing/crash'
import { announced } from '../disk/failing-files.js'
import { type Failpoint, type Work, workAfter } from '../failpoints.js'
import { entitySet, primaryKey, schemaOf, selections } from '../service/item-table.js'
import { plantOf, type SyncParts } from './plants.js'
import type { RunOrder } from './run-order.js'
import { syncName } from './sync-name.js'

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
  const opened = await openSink(order, { files, processes, now: time.now })
  const sound: SyncParts = { feed, files, ...createParts(order, opened) }
  const parts: SyncParts = { ...sound, ...plant.parts?.(sound) }
  try {
    await sync({
      name: syncName,
      source: announcedFeed(parts.feed, reached),
      sink: observedSink(order.sink.mode === 'table' ? announcedSink(parts.sink, reached) : parts.sink, tell),
      checkpoints: parts.checkpoints && observedStore(parts.checkpoints, tell),
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
    await opened.release()
    await client.close()
  }
}

/** The sink of the order's connector; one that stands on our files gets those of the machine. */
async function openSink(
  { sink, settings, selection }: RunOrder,
  machine: { readonly files: Files; readonly processes: Processes | undefined; readonly now: () => number },
): Promise<OpenedSink> {
  const { sink: role } = await loadConnector(sink.connector)
  if (role === undefined) throw new Error(`the connector ${sink.connector} has no sink`)
  const own = sink.mode === 'table' ? {} : machine
  return await role.open({ ...settings, ...own }, { name: syncName, schema: schemaOf(selection) })
}

function createParts(
  { sink, directory, fingerprintDirectory }: RunOrder,
  opened: OpenedSink,
): Omit<SyncParts, 'feed' | 'files'> {
  return {
    directory,
    sink: opened.sink,
    checkpoints: opened.checkpoints,
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

/** Tells of what the sink does while it does it, turn by turn of the event loop: what it waits for is somewhere on its way then. */
function announcedSink(sink: SyncParts['sink'], reached: Surroundings['reached']): SyncParts['sink'] {
  async function during<T>(point: Failpoint, work: () => Promise<T>): Promise<T> {
    let isOver = false
    const working = work().finally(() => {
      isOver = true
    })
    working.catch(() => undefined)
    while (!isOver) {
      void reached(point)
      await setImmediate()
    }
    return await working
  }
  const { patch } = sink
  return {
    ...sink,
    open: (...all) => during('sink:opening', () => sink.open(...all)),
    write: (...all) => during('sink:writing', () => sink.write(...all)),
    ...(patch !== undefined && {
      patch: (...all: Parameters<typeof patch>) => during('sink:writing', () => patch.apply(sink, all)),
    }),
    commit: (...all) => during('sink:committing', () => sink.commit(...all)),
    ...('commitWith' in sink && {
      commitWith: (...all: Parameters<TransactionalSink['commitWith']>) =>
        during('sink:committing', () => sink.commitWith(...all)),
    }),
  }
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
