import type {
  CallOptions,
  Change,
  ChangeEvent,
  Checkpoint,
  CompleteEvent,
  ResetEvent,
  Row,
} from '@deltaverse/core'
import type { Committer, Tally } from './committer.js'
import type { DeleteGuard } from './delete-guard.js'
import { deriveDeletions } from './derive-deletions.js'
import type { FingerprintStage } from './fingerprint-stage.js'
import type { ResolvedSync } from './options.js'

/** Takes the events of reads, in order, to the sink. */
export interface Pipeline<R extends Row> {
  take(events: readonly ChangeEvent<R>[]): Promise<void>
  /** The read has come to its end. */
  finish(): Promise<void>
  /** Tells the deletions of a resync that was broken off behind its full read. */
  derive(): Promise<void>
}

export interface PipelineParts<Position, R extends Row> {
  readonly options: ResolvedSync<Position, R>
  readonly stage: FingerprintStage<R>
  readonly committer: Committer<Position>
  readonly guard: DeleteGuard
  readonly call: CallOptions
}

export function createPipeline<Position, R extends Row>(parts: PipelineParts<Position, R>): Pipeline<R> {
  const { options, stage, committer, guard, call } = parts
  const { sink, onNotice, onStep } = options
  const state = committer.saved()
  let rows = state?.rows
  let deletions = state?.deletions ?? 0
  let uncommitted: Checkpoint | undefined

  async function pass(changes: readonly Change<R>[]): Promise<void> {
    if (changes.length === 0) return
    await onStep?.('page-read')
    const passed = await stage.pass(changes, call)
    deletions += passed.deletions
    if (passed.deletions > 0) {
      await guard.check(deletions, { rows, mayBeMore: stage.rows() === undefined }, call)
    }
    const bytes = bytesOf(changes)
    committer.note(bytes)
    if (passed.changes.length > 0) await sink.write(passed.changes, call)
    onNotice({ kind: 'changes', ...countChanges(changes), unchanged: passed.unchanged, bytes })
    await onStep?.('batch-written')
  }

  async function reset(event: ResetEvent): Promise<void> {
    deletions = 0
    uncommitted = undefined
    if (stage.reset(event) === 'full-read') await sink.write([event], call)
    onNotice(event)
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
    onNotice(event)
  }

  async function reach(checkpoint: Checkpoint): Promise<void> {
    uncommitted = checkpoint
    // What a delta has brought so far is told once more behind this; only a fingerprint store knows it again.
    if (checkpoint.guardLink !== undefined && stage.rows() === undefined) deletions = 0
    if (stage.isDeriving()) return derive(checkpoint)
    await sink.write([{ kind: 'checkpoint', checkpoint }], call)
    if (isEndOfRead(checkpoint)) await end(checkpoint)
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
    async take(events) {
      let start = 0
      for (const [index, event] of events.entries()) {
        if (event.kind === 'upserted' || event.kind === 'deleted') continue
        await pass(events.slice(start, index) as Change<R>[])
        start = index + 1
        if (event.kind === 'reset') await reset(event)
        else if (event.kind === 'complete') await complete(event)
        else {
          // Deletions that are still to be told lie before it.
          if (!stage.isDeriving()) await sink.write([event], call)
          await reach(event.checkpoint)
        }
      }
      await pass((start === 0 ? events : events.slice(start)) as readonly Change<R>[])
    },
    async finish() {
      if (uncommitted !== undefined) await end(uncommitted)
    },
    async derive() {
      const checkpoint = committer.saved()?.checkpoint
      if (checkpoint !== undefined) await derive(checkpoint)
    },
  }
}

/** Behind it the feed has nothing more to tell, for now. */
function isEndOfRead({ phase, nextLink, gap, guardLink }: Checkpoint): boolean {
  return phase === 'delta' && nextLink === undefined && gap === undefined && guardLink === undefined
}

export function bytesOf(changes: readonly Change[]): number {
  let bytes = 0
  for (const change of changes) bytes += change.bytes.length
  return bytes
}

function countChanges(changes: readonly Change[]): { readonly upserted: number; readonly deleted: number } {
  let deleted = 0
  for (const change of changes) if (change.kind === 'deleted') deleted += 1
  return { upserted: changes.length - deleted, deleted }
}
