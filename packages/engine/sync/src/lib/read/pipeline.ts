import {
  type Change,
  type ChangeEvent,
  type Checkpoint,
  type CheckpointEvent,
  type CompleteEvent,
  type ResetEvent,
  routeEvents,
} from '@deltaverse/core'
import type { Tally } from '../commit/committer.js'
import { deriveDeletions } from '../fingerprints/derive-deletions.js'
import { bytesOf, countChanges } from './count-changes.js'
import type { PipelineParts } from './pipeline-parts.js'

/** Takes the events of reads, in order, to the sink. */
export interface Pipeline<R extends object> {
  take(events: readonly ChangeEvent<R>[]): Promise<void>
  /** The read has come to its end. */
  finish(): Promise<void>
  /** Tells the deletions of a resync that was broken off behind its full read. */
  derive(): Promise<void>
}

export function createPipeline<Position, R extends object>(parts: PipelineParts<Position, R>): Pipeline<R> {
  const { options, filter, plan, committer, guard, call } = parts
  const { sink, onEvent, onStep } = options
  const state = committer.saved()
  let rows = state?.rows
  let deletions = state?.deletions ?? 0
  let uncommitted: Checkpoint | undefined

  async function pass(changes: readonly Change<R>[]): Promise<void> {
    await onStep?.('page-read')
    const selected = await filter.select(changes, call)
    deletions += selected.deletions
    if (selected.deletions > 0) {
      await guard.check(deletions, { rows, mayBeMore: filter.rows() === undefined }, call)
    }
    const bytes = bytesOf(changes)
    committer.note(bytes)
    if (selected.changes.length > 0) await sink.write(selected.changes, call)
    onEvent({ kind: 'changes', ...countChanges(selected.changes), unchanged: selected.unchanged, bytes })
    await onStep?.('batch-written')
  }

  async function reset(event: ResetEvent): Promise<void> {
    deletions = 0
    uncommitted = undefined
    // Rows of other columns all differ; those of the same may be known, and not be in the sink with all of their columns.
    if (plan.needsSnapshot() && event.reason !== 'schema-changed') filter.passAll()
    const view = filter.reset(event)
    if (view === 'snapshot' || plan.needsSnapshot()) plan.startOver()
    if (view === 'snapshot') await sink.write([event], call)
    onEvent(event)
    await onStep?.('resync-began')
  }

  async function complete(event: CompleteEvent): Promise<void> {
    await onStep?.('before-complete')
    if ((await filter.complete(call)) === 'snapshot') {
      const brought = event.rows - deletions
      await guard.check((rows ?? 0) - brought, { rows, mayBeMore: false }, call)
      await sink.write([event], call)
      rows = filter.rows() ?? brought
      deletions = 0
    }
    onEvent(event)
  }

  async function reach(event: CheckpointEvent): Promise<void> {
    const { checkpoint } = event
    uncommitted = checkpoint
    // Only a fingerprint store knows it again.
    if (event.willRepeat && filter.rows() === undefined) deletions = 0
    if (filter.isDeriving()) return derive(checkpoint)
    await sink.write([event], call)
    if (checkpoint.isBoundary) await end(checkpoint)
    else if (committer.isDue()) await commit(checkpoint, { rows, deletions })
  }

  async function derive(checkpoint: Checkpoint): Promise<void> {
    deletions = await deriveDeletions({ ...parts, checkpoint, tally: { rows, deletions } })
    // Only now: for a sink, this is where the read ends, and what it shows its readers is all of it.
    await sink.write([{ kind: 'checkpoint', checkpoint }], call)
    await end(checkpoint)
  }

  async function end(checkpoint: Checkpoint): Promise<void> {
    rows = filter.rows() ?? (rows === undefined ? undefined : Math.max(0, rows - deletions))
    deletions = 0
    await commit(checkpoint, { rows, deletions })
  }

  async function commit(checkpoint: Checkpoint, tally: Tally): Promise<void> {
    await committer.commit(checkpoint, tally, call)
    uncommitted = undefined
  }

  return {
    take: (events) => routeEvents(events, { changes: pass, reset, complete, checkpoint: reach }),
    async finish() {
      if (uncommitted !== undefined) await end(uncommitted)
    },
    async derive() {
      const checkpoint = committer.saved()?.checkpoint
      if (checkpoint !== undefined) await derive(checkpoint)
    },
  }
}
