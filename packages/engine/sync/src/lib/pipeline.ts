import {
  type Change,
  type ChangeEvent,
  type Checkpoint,
  type CheckpointEvent,
  type CompleteEvent,
  type ResetEvent,
  type Row,
  routeEvents,
} from '@deltaverse/core'
import type { Tally } from './committer.js'
import { bytesOf, countChanges } from './count-changes.js'
import { deriveDeletions } from './derive-deletions.js'
import type { PipelineParts } from './pipeline-parts.js'

/** Takes the events of reads, in order, to the sink. */
export interface Pipeline<R extends Row> {
  take(events: readonly ChangeEvent<R>[]): Promise<void>
  /** The read has come to its end. */
  finish(): Promise<void>
  /** Tells the deletions of a resync that was broken off behind its full read. */
  derive(): Promise<void>
}

export function createPipeline<Position, R extends Row>(parts: PipelineParts<Position, R>): Pipeline<R> {
  const { options, stage, committer, guard, call } = parts
  const { sink, onEvent, onStep } = options
  const state = committer.saved()
  let rows = state?.rows
  let deletions = state?.deletions ?? 0
  let uncommitted: Checkpoint | undefined

  async function pass(changes: readonly Change<R>[]): Promise<void> {
    await onStep?.('page-read')
    const passed = await stage.pass(changes, call)
    deletions += passed.deletions
    if (passed.deletions > 0) {
      await guard.check(deletions, { rows, mayBeMore: stage.rows() === undefined }, call)
    }
    const bytes = bytesOf(changes)
    committer.note(bytes)
    if (passed.changes.length > 0) await sink.write(passed.changes, call)
    onEvent({ kind: 'changes', ...countChanges(changes), unchanged: passed.unchanged, bytes })
    await onStep?.('batch-written')
  }

  async function reset(event: ResetEvent): Promise<void> {
    deletions = 0
    uncommitted = undefined
    if (stage.reset(event) === 'full-read') await sink.write([event], call)
    onEvent(event)
    await onStep?.('resync-began')
  }

  async function complete(event: CompleteEvent): Promise<void> {
    await onStep?.('before-complete')
    if ((await stage.complete(call)) === 'full-read') {
      const brought = event.rows - deletions
      await guard.check((rows ?? 0) - brought, { rows, mayBeMore: false }, call)
      await sink.write([event], call)
      rows = stage.rows() ?? brought
      deletions = 0
    }
    onEvent(event)
  }

  async function reach(event: CheckpointEvent): Promise<void> {
    const { checkpoint } = event
    uncommitted = checkpoint
    // Only a fingerprint store knows it again.
    if (event.willRepeat && stage.rows() === undefined) deletions = 0
    if (stage.isDeriving()) return derive(checkpoint)
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
    rows = stage.rows() ?? (rows === undefined ? undefined : Math.max(0, rows - deletions))
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
