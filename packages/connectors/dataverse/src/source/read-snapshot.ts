import { formatCollectionPath } from '@deltaverse/protocol'
import { changesOfRuns, keyColumns } from './change.js'
import { checkpointEvent, deltaCheckpoint, issuedLink, positionAt } from './checkpoint-event.js'
import { isRefusedLink, requireDeltaLink } from './delta-answer.js'
import { createPageCount, type PageCount } from './page-count.js'
import type { PageEnd } from './page-reader.js'
import { done, type EventBatch, instead, next, type Outcome, type ReadContext } from './read-context.js'
import { readParts } from './read-parts.js'
import { type CatchUpBase, isPast, type SnapshotPlan, snapshotPlan } from './read-plan.js'
import type { GapLink } from './read-position.js'

/**
 * Reads every row. The token at the end may stand for the moment of the last page, and then knows nothing of what changed on
 * earlier pages meanwhile; so a token is fetched before the first page, and followed behind the last one.
 */
export async function* readSnapshot(
  context: ReadContext,
  plan: SnapshotPlan,
  mayRestart: boolean,
  signal: AbortSignal | undefined,
): AsyncGenerator<EventBatch, Outcome, undefined> {
  const { epoch, reason, resumeAt } = plan
  const { clock, gapGuard, onEvent } = context.options
  let { gap, rowsRead } = plan
  let announced = resumeAt !== undefined
  let page = createPageCount(onEvent)
  try {
    if (gapGuard && !announced && (gap === undefined || isPast(gap.expiresAt, clock.now()))) {
      gap = await readKeys(context, page, signal)
      page = createPageCount(onEvent)
    }
    const beganAtMs = clock.now()
    for await (const part of readParts(context, resumeAt ?? firstPath(context), signal)) {
      if (part.kind === 'start') {
        page.begin()
        // Only now: a read that the service refuses to begin leaves what the consumer has untouched.
        if (!announced) yield [{ kind: 'reset', reason, epoch }]
        announced = true
      } else if (part.kind === 'rows') yield page.count(changesOfRuns(part.runs, context.shape))
      else {
        rowsRead += page.upserted()
        page.end(part, 'snapshot')
        const place = { epoch, rowsRead, resetReason: reason, ...(gap !== undefined && { gap }) }
        if (part.nextLink === undefined) {
          const inOnePiece = resumeAt === undefined && page.begun() === 1
          return yield* endSnapshot(context, place, part, { beganAtMs, inOnePiece })
        }
        const { nextLink } = part
        yield [checkpointEvent(positionAt(context, { phase: 'snapshot', nextLink, ...place }))]
      }
    }
  } catch (error) {
    // A saved or fresh link that the service refuses (changed metadata, a link too old): the same read, from its first page.
    const fromLink = resumeAt !== undefined || page.ended() > 0
    if (!fromLink || !mayRestart || !isRefusedLink(error)) throw error
    return instead(snapshotPlan(reason, epoch, gap))
  }
  return done
}

type Place = Pick<SnapshotPlan, 'epoch' | 'rowsRead' | 'gap'> & {
  readonly resetReason: SnapshotPlan['reason']
}

function* endSnapshot(
  context: ReadContext,
  place: Place,
  page: PageEnd,
  { beganAtMs, inOnePiece }: { readonly beganAtMs: number; readonly inOnePiece: boolean },
): Generator<EventBatch, Outcome, undefined> {
  const { epoch, rowsRead, resetReason, gap } = place
  const link = issuedLink(context, requireDeltaLink(context, page), beganAtMs)
  // The token of a read of one page was stamped with that very page. If its body broke off, rows came that may be gone by now.
  if (inOnePiece || (gap === undefined && !context.options.gapGuard)) {
    yield [{ kind: 'complete', epoch, rows: rowsRead }, deltaCheckpoint(context, epoch, link)]
    return done
  }
  // Goes on from a checkpoint that knows no older link. The one it ends with now is older than a second read.
  if (gap === undefined) return next(snapshotPlan(resetReason, epoch, { ...link, keysOnly: false }))
  const base = positionAt(context, { phase: 'catch-up', ...place }, link) as CatchUpBase
  yield [checkpointEvent(base)]
  return next({ kind: 'catch-up', base })
}

/**
 * Reads the primary keys for the token at their end and nothing else: rows are dropped as they come, unparsed. Pages are as
 * large as the service makes them, and without annotations, which have been seen to cost the token.
 */
async function readKeys(
  context: ReadContext,
  page: PageCount,
  signal: AbortSignal | undefined,
): Promise<GapLink> {
  const { entitySet } = context.options
  const path = formatCollectionPath({ entitySet, select: keyColumns(context.shape) })
  const options = { ...context.options, pageSize: undefined, annotations: undefined }
  const beganAtMs = options.clock.now()
  let last: PageEnd | undefined
  for await (const part of readParts(context, path, signal, options)) {
    if (part.kind === 'start') page.begin()
    else if (part.kind === 'rows') page.skip(part.runs)
    else {
      if (page.ended() === 0 && part.nextLink !== undefined) await tryColumns(context, signal)
      page.end(part, 'guard')
      last = part
    }
  }
  return { ...issuedLink(context, requireDeltaLink(context, last), beganAtMs), keysOnly: true }
}

/**
 * Asks for one row. A column that the table does not have would otherwise be refused behind the keys of the whole table.
 *
 * @throws DataverseError `bad-request`, in the words of the service
 */
async function tryColumns({ client, options }: ReadContext, signal: AbortSignal | undefined): Promise<void> {
  const { entitySet, select } = options
  if (select === undefined) return
  const path = `${formatCollectionPath({ entitySet, select })}&$top=1`
  await client.request({ method: 'GET', path, buffered: true }, { signal })
}

function firstPath(context: ReadContext): string {
  const { entitySet, select } = context.options
  return formatCollectionPath({ entitySet, select })
}
