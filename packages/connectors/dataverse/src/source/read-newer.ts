import { formatCollectionPath } from '@deltaverse/protocol'
import { changesOfRuns } from './change.js'
import { checkpointEvent, positionAt } from './checkpoint-event.js'
import type { NewerPlan } from './copy-plan.js'
import { isRefusedLink } from './delta-answer.js'
import { createPageCount } from './page-count.js'
import { done, type EventBatch, instead, type Outcome, type ReadContext } from './read-context.js'
import { readParts } from './read-parts.js'
import { modifiedColumn, readServiceTime } from './service-time.js'

/**
 * Reads the rows whose `modifiedon` is newer than the last read, less the overlap. It never hears of deletions, nor of rows whose
 * `modifiedon` was set to an older time; the next copy finds both.
 */
export async function* readNewer(
  context: ReadContext,
  plan: NewerPlan,
  mayRestart: boolean,
  signal: AbortSignal | undefined,
): AsyncGenerator<EventBatch, Outcome, undefined> {
  const { epoch, state, resume } = plan
  const page = createPageCount(context.options.onEvent)
  try {
    const beganAt = resume?.beganAt ?? (await readServiceTime(context, signal))
    for await (const part of readParts(context, resume?.at ?? pathSince(context, state.since), signal)) {
      if (part.kind === 'start') page.begin()
      else if (part.kind === 'rows') yield page.count(changesOfRuns(part.runs, context.shape))
      else {
        page.end(part, 'incremental')
        const { nextLink } = part
        const place =
          nextLink === undefined
            ? { copy: { ...state, since: beganAt } }
            : { copy: { ...state, beganAt }, nextLink }
        yield [checkpointEvent(positionAt(context, { phase: 'incremental', epoch, ...place }))]
      }
    }
  } catch (error) {
    const fromLink = resume !== undefined || page.ended() > 0
    if (!fromLink || !mayRestart || !isRefusedLink(error)) throw error
    return instead({ kind: 'newer', epoch, state })
  }
  return done
}

function pathSince({ options }: ReadContext, since: string): string {
  const { entitySet, select, overlapMs } = options
  const path = formatCollectionPath({ entitySet, select })
  // Seconds are what the service shows; less is cut off, so nothing is left out.
  const from = `${new Date(Date.parse(since) - overlapMs).toISOString().slice(0, 19)}Z`
  const filter = encodeURIComponent(`${modifiedColumn} ge ${from}`)
  return `${path}${select === undefined ? '?' : '&'}$filter=${filter}`
}
