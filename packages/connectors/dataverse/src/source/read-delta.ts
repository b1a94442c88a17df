import type { CheckpointEvent } from '@deltaverse/core'
import { changesOfRuns } from './change.js'
import {
  type CheckpointNotes,
  checkpointEvent,
  deltaCheckpoint,
  issuedLink,
  linkOf,
} from './checkpoint-event.js'
import {
  holdsAllRows,
  isExpiredToken,
  isRefusedLink,
  isRefusedToken,
  requireDeltaLink,
} from './delta-answer.js'
import { createPageCount } from './page-count.js'
import type { PageEnd } from './page-reader.js'
import { done, type EventBatch, instead, next, type Outcome, type ReadContext } from './read-context.js'
import { ofDelta, readParts } from './read-parts.js'
import { afterExpiry, type DeltaPlan, type SnapshotPlan, snapshotPlan } from './read-plan.js'
import type { GapLink, ReadPosition } from './read-position.js'
import { createColumnProof } from './selected-columns.js'
import { createDeletionCheck } from './stale-deletions.js'

/**
 * Reads a delta. One of several pages has the gap of a full read: its token may stand for the moment of its last page. So when
 * there is a second page, this pass hands on nothing more and only fetches the link at its end. Then the delta is read once
 * more and handed on as a whole, and what is saved behind it is the link of the first pass, which is older than the second.
 */
export async function* readDelta(
  context: ReadContext,
  plan: DeltaPlan,
  mayRestart: boolean,
  signal: AbortSignal | undefined,
): AsyncGenerator<EventBatch, Outcome, undefined> {
  const { base, resumeAt, guardAt } = plan
  const { clock, onEvent, onExpired } = context.options
  const page = createPageCount(onEvent)
  const beganAtMs = clock.now()
  const startsHere = resumeAt === undefined && guardAt === undefined
  let isSilent = guardAt !== undefined
  const proof = createColumnProof(base.isUnproven, context)
  const deletions = createDeletionCheck(context, { begin: base.deltaLink, resumeAt }, signal)
  try {
    for await (const part of readParts(
      context,
      guardAt ?? resumeAt ?? base.deltaLink,
      signal,
      ofDelta(context),
    )) {
      if (part.kind === 'start') {
        const isEveryRow = holdsAllRows(part.context)
        if (isEveryRow && startsHere && page.ended() === 0) return instead(afterExpiry(base, onExpired))
        page.begin()
      } else if (part.kind === 'rows') {
        const changes = changesOfRuns(part.runs, context.shape)
        if (proof.isRefuted(changes)) return instead(otherColumns(base))
        if (isSilent) page.skip(part.runs)
        else yield page.count(await deletions.of(changes))
      } else {
        const isEmpty = page.upserted() + page.deleted() === 0
        page.end(part, isSilent ? 'guard' : 'incremental')
        const notes = { owesFullRead: deletions.owesFullRead(), isUnproven: proof.isUnproven }
        const end = endOfPage(context, plan, part, { isSilent, isEmpty, beganAtMs, notes })
        yield [end.event]
        if (end.outcome !== undefined) return end.outcome
        isSilent = end.isSilent
      }
    }
  } catch (error) {
    const fromNextLink = !startsHere || page.ended() > 0
    return insteadOfRefused(context, plan, error, { fromNextLink, mayRestart })
  }
  return done
}

interface EndOfPage {
  readonly event: CheckpointEvent
  /** Whether the pages that follow are only read for the link at their end. */
  readonly isSilent: boolean
  /** How this part of the read ended; absent when there are more pages. */
  readonly outcome?: Outcome
}

function endOfPage(
  context: ReadContext,
  { base, gap }: DeltaPlan,
  page: PageEnd,
  state: {
    readonly isSilent: boolean
    readonly isEmpty: boolean
    readonly beganAtMs: number
    readonly notes: CheckpointNotes
  },
): EndOfPage {
  const { nextLink } = page
  const { owesFullRead } = state.notes
  if (nextLink !== undefined) {
    const isSilent = state.isSilent || (context.options.gapGuard && gap === undefined)
    const where = isSilent ? { guardLink: nextLink } : { nextLink, ...(gap !== undefined && { gap }) }
    const event = checkpointEvent({ ...base, ...where, ...(owesFullRead && { owesFullRead }) })
    return { event: isSilent ? { ...event, willRepeat: true } : event, isSilent }
  }
  // The documents call the answer to "nothing changed" an empty JSON response; then the old link stays good.
  const isQuiet = state.isEmpty && page.deltaLink === undefined
  const own = isQuiet ? linkOf(base) : issuedLink(context, requireDeltaLink(context, page), state.beganAtMs)
  if (!state.isSilent) {
    const event = deltaCheckpoint(context, base.epoch, gap ?? own, state.notes)
    const outcome = owesFullRead ? next(snapshotPlan('deletion-unclear', base.epoch + 1)) : done
    return { event, isSilent: false, outcome }
  }
  const older: GapLink = { ...own, keysOnly: false }
  return {
    event: checkpointEvent({ ...base, gap: older }),
    isSilent: false,
    outcome: next({ kind: 'incremental', base, gap: older }),
  }
}

/** The service does not take the token for the columns of the feed. */
function otherColumns({ epoch }: ReadPosition): SnapshotPlan {
  return snapshotPlan('schema-changed', epoch + 1)
}

/**
 * What the service answers for a token it cannot read (of a restored environment, say) is not documented: whatever the code, a
 * delta link that is refused is dead, unless nobody knows its address (404). A next link that is refused leaves its delta link to go back to.
 */
function insteadOfRefused(
  context: ReadContext,
  { base, gap }: DeltaPlan,
  error: unknown,
  { fromNextLink, mayRestart }: { readonly fromNextLink: boolean; readonly mayRestart: boolean },
): Outcome {
  const expired = isExpiredToken(error)
  const isRefused = fromNextLink ? isRefusedLink(error) : isRefusedToken(error)
  if (!expired && (!mayRestart || !isRefused)) throw error
  if (!expired && !fromNextLink && base.isUnproven) return instead(otherColumns(base))
  if (expired || !fromNextLink) return instead(afterExpiry(base, context.options.onExpired, error))
  return instead({ kind: 'incremental', base, ...(gap !== undefined && { gap }) })
}
