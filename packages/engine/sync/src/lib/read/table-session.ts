import {
  type CallOptions,
  type ChangeEvent,
  DataverseError,
  isDataverseError,
  type ResetReason,
  type SyncState,
} from '@deltaverse/core'
import { fillColumns } from '../columns/fill-columns.js'
import { openColumnPlan } from '../columns/open-column-plan.js'
import { type Committer, createCommitter } from '../commit/committer.js'
import type { StateKeeper } from '../commit/state-keeper.js'
import { type ChangeFilter, createOpenFilter } from '../fingerprints/change-filter.js'
import { createFingerprintFilter } from '../fingerprints/fingerprint-filter.js'
import { createDeleteGuard } from '../guard/delete-guard.js'
import type { SyncSettings } from '../sync-options.js'
import { createPipeline } from './pipeline.js'
import type { PipelineParts } from './pipeline-parts.js'
import { askCount } from './row-count.js'

/** A sink, its fingerprint store and its state, opened together where the state says. */
export interface TableSession<Position, R extends object> {
  readonly committer: Committer<Position>
  readonly parts: PipelineParts<Position, R>
  /** Reads once, to the end of what the source has to tell. @returns whether anything but a checkpoint came */
  read(): Promise<boolean>
  /** Lets go of everything; what was not committed is lost. */
  close(): Promise<void>
}

/**
 * Loads the state and opens fingerprint store and sink at it.
 *
 * @throws DataverseError `sink-mismatch` when the sink does not hold what the state says, `checkpoint-invalid`, `conflict`
 */
export async function openTable<Position, R extends object>(
  options: SyncSettings<Position, R>,
  keeper: StateKeeper<Position>,
  call: CallOptions,
): Promise<TableSession<Position, R>> {
  const { sink, onEvent, onStep } = options
  const filter = createFilter(options)
  const close = (): Promise<void> => closeAll([() => sink.close(), () => filter.close()])
  try {
    const state = await keeper.load(call)
    let restart: boolean | ResetReason = options.restart
    if (state !== undefined && isForeign(options, state)) {
      onEvent({
        kind: 'other-environment',
        saved: state.environmentId,
        expected: options.environmentId ?? '',
      })
      restart ||= 'other-source'
    }
    const isSinkKept = await openSink(options, state, restart !== false, call)
    const why = await filter.open(isSinkKept ? state : undefined, call)
    if (state !== undefined && why !== undefined) {
      if (isSinkKept) onEvent({ kind: 'fingerprint-rebuild', why })
      restart ||= 'fingerprint-rebuild'
    }
    if (state !== undefined && isSinkKept && !restart) {
      onEvent({ kind: 'resumed', checkpoint: state.checkpoint, position: state.position })
    }
    const plan = await openColumnPlan(options, isSinkKept ? state : undefined, call)
    if (options.restart) filter.passAll()
    await onStep?.('opened')
    const committer = createCommitter(options, keeper, { filter, plan }, state)
    const parts = { options, filter, plan, committer, guard: createGuard(options), call }
    return {
      committer,
      parts,
      read: createRead(parts, state !== undefined && restart, isSame(options, state)),
      close,
    }
  } catch (error) {
    await close().catch(() => undefined)
    throw error
  }
}

function createRead<Position, R extends object>(
  parts: PipelineParts<Position, R>,
  restart: boolean | ResetReason,
  sameEnvironment: boolean,
): () => Promise<boolean> {
  const { options, filter, plan, committer, call } = parts
  const { source, onEvent } = options
  const opened = committer.saved()
  const pipeline = createPipeline(parts)

  /** @returns whether anything but a checkpoint came; `undefined` when no snapshot begins although one is needed */
  async function readOnce(mustRestart: boolean | ResetReason): Promise<boolean | undefined> {
    let changed = false
    let isCopy = false
    const events = source.read({
      checkpoint: committer.saved()?.checkpoint ?? null,
      restart: mustRestart,
      sameEnvironment,
      addedColumns: plan.pending(),
      signal: call.signal,
      onEvent,
    })
    for await (const batch of events) {
      // A source of other columns begins one by itself, or refuses to, as it was told.
      if (plan.needsSnapshot() && batch[0]?.kind !== 'reset') return undefined
      isCopy ||= batch.some((event) => event.kind === 'reset' && event.reason === 'full-copy')
      // A copy tells every row and not what changed: the more rarely it is made, the better.
      changed ||= !isCopy && hasNews(batch)
      await pipeline.take(batch)
      // Pages that were read ahead need not be written any more.
      call.signal?.throwIfAborted()
    }
    await pipeline.finish()
    return changed
  }

  async function readChanges(): Promise<boolean> {
    call.signal?.throwIfAborted()
    // Asked for again as long as nothing of the new read is saved.
    const mustRestart = committer.saved() === opened && restart
    if (filter.isDeriving() && !mustRestart) await pipeline.derive()
    return (await readOnce(mustRestart)) ?? (await readOnce(true)) ?? false
  }

  return async () => {
    const changed = await readChanges()
    const filled = await fillColumns(parts, readChanges)
    return changed || filled
  }
}

function hasNews(batch: readonly ChangeEvent<object>[]): boolean {
  return batch.some((event) => event.kind !== 'checkpoint')
}

function createFilter<Position, R extends object>({
  fingerprints,
}: SyncSettings<Position, R>): ChangeFilter<R> {
  return fingerprints === undefined ? createOpenFilter() : createFingerprintFilter(fingerprints)
}

function createGuard<Position, R extends object>({
  name,
  source,
  maxDeleteShare,
}: SyncSettings<Position, R>) {
  return createDeleteGuard({
    name,
    table: source.table,
    maxDeleteShare,
    countRows: async (call) => (await askCount(source, call))?.rows,
  })
}

/** Whether the state is known to be of the environment that is read, whatever its host was called then. */
function isSame<Position, R extends object>(
  { environmentId }: SyncSettings<Position, R>,
  state: SyncState | undefined,
): boolean {
  return environmentId !== undefined && state?.environmentId === environmentId
}

function isForeign<Position, R extends object>(
  { environmentId }: SyncSettings<Position, R>,
  state: SyncState,
): boolean {
  return environmentId !== undefined && state.environmentId !== environmentId
}

/** @returns whether the sink holds what the state says; else it was begun anew, which only a restart may do */
async function openSink<Position, R extends object>(
  { name, sink, source }: SyncSettings<Position, R>,
  state: SyncState<Position> | undefined,
  restart: boolean,
  call: CallOptions,
): Promise<boolean> {
  const openAt = async (position: Position | undefined): Promise<void> => {
    await sink.open(position, call)
    const schema = sink.applySchema && (await source.schema?.(call))
    if (schema !== undefined) await sink.applySchema?.(schema, call)
  }
  try {
    await openAt(state?.position)
    return true
  } catch (error) {
    if (state === undefined || !isDataverseError(error) || error.code !== 'sink-mismatch') throw error
    if (!restart) throw explainMismatch(name, error)
    await openAt(undefined)
    return false
  }
}

function explainMismatch(name: string, cause: DataverseError): DataverseError {
  return new DataverseError(
    `the sink of "${name}" does not hold what its saved state says: ${cause.message}. Put back what belongs to that state; or run once with restart: true, which reads the table in full and begins the sink anew`,
    { code: 'sink-mismatch', cause },
  )
}

/** Closes all, whatever happens to one of them. */
async function closeAll(closings: readonly (() => Promise<void>)[]): Promise<void> {
  let failure: { readonly error: unknown } | undefined
  for (const close of closings) {
    try {
      await close()
    } catch (error) {
      failure ??= { error }
    }
  }
  if (failure !== undefined) throw failure.error
}
