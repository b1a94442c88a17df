import { formatCollectionPath } from '@deltaverse/protocol'
import { changesOfRuns } from './change.js'
import { checkpointEvent, positionAt } from './checkpoint-event.js'
import { type CopyPlan, copyPlan } from './copy-plan.js'
import { isRefusedLink } from './delta-answer.js'
import { createPageCount } from './page-count.js'
import { done, type EventBatch, instead, type Outcome, type ReadContext } from './read-context.js'
import { readParts } from './read-parts.js'
import type { CopyState } from './read-position.js'
import { readServiceTime } from './service-time.js'

/**
 * Reads every row of a table that is not tracked. Pages come in the order of the primary key, so a row that is there all the
 * time comes once; what is written behind the page that would have brought it comes with the next read.
 */
export async function* readCopy(
  context: ReadContext,
  plan: CopyPlan,
  mayRestart: boolean,
  signal: AbortSignal | undefined,
): AsyncGenerator<EventBatch, Outcome, undefined> {
  const { epoch, reason, resume } = plan
  const { entitySet, select, onEvent } = context.options
  let { rowsRead } = plan
  let announced = resume !== undefined
  const page = createPageCount(onEvent)
  try {
    const state = resume?.state ?? (await beginCopy(context, signal))
    const firstPath = formatCollectionPath({ entitySet, select })
    for await (const part of readParts(context, resume?.at ?? firstPath, signal)) {
      if (part.kind === 'start') {
        page.begin()
        if (!announced) yield [{ kind: 'reset', reason, epoch }]
        announced = true
      } else if (part.kind === 'rows') yield page.count(changesOfRuns(part.runs, context.shape))
      else {
        rowsRead += page.upserted()
        page.end(part, 'snapshot')
        const { nextLink } = part
        if (nextLink === undefined) {
          const end = checkpointEvent(positionAt(context, { phase: 'incremental', epoch, copy: state }))
          yield [{ kind: 'complete', epoch, rows: rowsRead }, end]
          return done
        }
        const place = {
          phase: 'snapshot',
          epoch,
          rowsRead,
          resetReason: reason,
          nextLink,
          copy: state,
        } as const
        yield [checkpointEvent(positionAt(context, place))]
      }
    }
  } catch (error) {
    const fromLink = resume !== undefined || page.ended() > 0
    if (!fromLink || !mayRestart || !isRefusedLink(error)) throw error
    return instead(copyPlan(reason, epoch))
  }
  return done
}

/** The time is asked before the first page: what changes under the copy is newer. */
async function beginCopy(context: ReadContext, signal: AbortSignal | undefined): Promise<CopyState> {
  const { mode, clock } = context.options
  const copiedAt = new Date(clock.now()).toISOString()
  if (mode !== 'modified-since') return { copiedAt }
  return { copiedAt, since: await readServiceTime(context, signal) }
}
