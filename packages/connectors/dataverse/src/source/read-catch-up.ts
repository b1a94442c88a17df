import { DataverseError } from '@deltaverse/core'
import { changesOfRuns } from './change.js'
import { checkpointEvent, deltaCheckpoint, linkOf } from './checkpoint-event.js'
import { holdsAllRows, isExpiredToken, isRefusedLink, requireDeltaLink } from './delta-answer.js'
import { createPageCount } from './page-count.js'
import type { PageEnd } from './page-reader.js'
import { done, type EventBatch, instead, type Outcome, type ReadContext } from './read-context.js'
import { ofDelta, readParts } from './read-parts.js'
import { type CatchUpBase, type CatchUpPlan, isPast, linkForColumns, snapshotPlan } from './read-plan.js'
import type { GapLink } from './read-position.js'
import { lacksColumns } from './selected-columns.js'
import { createDeletionCheck, type DeletionCheck } from './stale-deletions.js'

/**
 * Reads what changed since before a full read began, behind its last page, and completes it.
 *
 * What is saved is the link that the full read ended with, not the one that comes here: it is older than the catch-up, so that
 * nothing is lost under the catch-up's own pages either, and the service gave it for the very columns of the feed.
 */
export async function* readCatchUp(
  context: ReadContext,
  { base, resumeAt }: CatchUpPlan,
  mayRestart: boolean,
  signal: AbortSignal | undefined,
): AsyncGenerator<EventBatch, Outcome, undefined> {
  const page = createPageCount(context.options.onEvent)
  const isFirst = () => resumeAt === undefined && page.ended() === 0
  const path = pathOf(context, base.gap)
  if (path === undefined) return readAgain(base, mayRestart)
  const deletions = createDeletionCheck(context, { begin: path, resumeAt }, signal)
  try {
    for await (const part of readParts(context, resumeAt ?? path, signal, ofDelta(context))) {
      if (part.kind === 'start') {
        if (isFirst() && holdsAllRows(part.context)) return readAgain(base, mayRestart)
        page.begin()
      } else if (part.kind === 'rows') {
        const changes = changesOfRuns(part.runs, context.shape)
        const isUnproven = base.gap.keysOnly && page.upserted() === 0
        if (isUnproven && lacksColumns(changes, context)) return readAgain(base, mayRestart)
        yield page.count(await deletions.of(changes))
      } else {
        const isEmpty = page.upserted() + page.deleted() === 0
        page.end(part, 'catch-up')
        yield endOfPage(context, owing(base, deletions), part, isEmpty)
      }
    }
  } catch (error) {
    if (!isRefusedLink(error)) throw error
    if (isExpiredToken(error) || isFirst()) return readAgain(base, mayRestart, error)
    if (!mayRestart) throw error
    return instead({ kind: 'catch-up', base })
  }
  return done
}

/** Another full read could meet the next unclear deletion: one for each read is enough, and this one stays owed to the next. */
function owing(base: CatchUpBase, deletions: DeletionCheck): CatchUpBase {
  return deletions.owesFullRead() ? { ...base, owesFullRead: true } : base
}

function endOfPage(context: ReadContext, base: CatchUpBase, page: PageEnd, isEmpty: boolean): EventBatch {
  const { epoch, rowsRead = 0 } = base
  if (page.nextLink !== undefined) {
    return [checkpointEvent({ ...base, nextLink: page.nextLink })]
  }
  // Nothing changed: the documents call the answer an empty JSON response. Anything else without a link is no delta.
  if (!isEmpty) requireDeltaLink(context, page)
  const end = deltaCheckpoint(context, epoch, linkOf(base), base)
  return [{ kind: 'complete', epoch, rows: rowsRead }, end]
}

/** What to follow; `undefined` when the token is known to be dead, or is not where tokens are. */
function pathOf(context: ReadContext, { link, keysOnly, expiresAt }: GapLink): string | undefined {
  if (isPast(expiresAt, context.options.clock.now())) return undefined
  return keysOnly ? linkForColumns(link, context.scope) : link
}

/**
 * The token has expired, or the service does not take it for other columns than it was given for. The link that this read
 * ended with is for the right columns, and older than the second read which now begins.
 *
 * @throws DataverseError `delta-token-expired` when that went on for too long
 */
function readAgain(base: CatchUpBase, mayRestart: boolean, cause?: unknown): Outcome {
  const { resetReason = 'initial', epoch } = base
  if (mayRestart) return instead(snapshotPlan(resetReason, epoch, { ...linkOf(base), keysOnly: false }))
  throw new DataverseError(
    `what changed while ${base.source} was read cannot be learned: time after time, the token from before the read was no longer good behind it. If the read takes longer than a token lives, raise expirechangetrackingindays of the organization or select fewer columns; if somebody changes the definition of the table, wait until they are done; gapGuard: false reads without this guard`,
    { code: 'delta-token-expired', cause },
  )
}
