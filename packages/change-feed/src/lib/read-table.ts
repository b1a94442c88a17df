import type { DataverseClient } from '@deltaverse/client'
import {
  type ChangeEvent,
  type Checkpoint,
  DataverseError,
  isDataverseError,
  isResponseError,
} from '@deltaverse/contract'
import { formatCollectionPath, parseDeltaToken } from '@deltaverse/protocol'
import { type ChangeShape, changesOfRuns } from './change.js'
import { type CheckpointScope, hashSelect } from './checkpoint.js'
import type { ResolvedOptions } from './options.js'
import { type PageEnd, type PagePart, readPages } from './page-reader.js'
import { readAhead } from './read-ahead.js'
import { afterExpiry, type DeltaPlan, type FullReadPlan, type ReadPlan } from './read-plan.js'

/** Everything a read needs to know about its table. */
export interface ReadContext {
  readonly client: DataverseClient
  readonly options: ResolvedOptions
  readonly scope: CheckpointScope
  readonly shape: ChangeShape
  readonly tokenLifetimeDays: number | undefined
}

export type EventBatch = readonly ChangeEvent[]

/** A read that came to its end, or the plan to go on with instead. */
type Outcome = { readonly kind: 'done' } | { readonly kind: 'instead'; readonly plan: ReadPlan }

const dayMs = 86_400_000

/** A read that is sent back to its start this often without reaching its end is given up. */
const maxRestarts = 3

/** Carries a plan out, and those that it turns into, up to the delta link at the end. */
export async function* readTable(
  context: ReadContext,
  firstPlan: ReadPlan,
  signal: AbortSignal | undefined,
): AsyncGenerator<EventBatch, void, undefined> {
  let plan = firstPlan
  for (let restarts = 0; ; restarts += 1) {
    const mayRestart = restarts < maxRestarts
    const outcome: Outcome =
      plan.kind === 'full-read'
        ? yield* readInFull(context, plan, mayRestart, signal)
        : yield* readDelta(context, plan, mayRestart, signal)
    if (outcome.kind === 'done') return
    plan = outcome.plan
  }
}

async function* readInFull(
  context: ReadContext,
  plan: FullReadPlan,
  mayRestart: boolean,
  signal: AbortSignal | undefined,
): AsyncGenerator<EventBatch, Outcome, undefined> {
  const { generation, reason, resumeAt } = plan
  let announced = resumeAt !== undefined
  const page = createPageCount(context, 'full-read')
  let rowsRead = plan.rowsRead
  try {
    for await (const part of partsOf(context, resumeAt ?? firstPath(context), signal)) {
      if (part.kind === 'start') {
        page.begin()
        // Only now: a read that the service refuses to begin leaves what the consumer has untouched.
        if (!announced) yield [{ kind: 'reset', reason, generation }]
        announced = true
      } else if (part.kind === 'rows') yield page.count(changesOfRuns(part.runs, context.shape))
      else {
        rowsRead += page.upserted()
        page.end(part)
        if (part.nextLink !== undefined) {
          const { nextLink } = part
          yield [
            checkpointEvent(context, {
              phase: 'full-read',
              generation,
              nextLink,
              rowsRead,
              resetReason: reason,
            }),
          ]
        } else {
          const { deltaLink } = requireDeltaLink(context, part)
          yield [
            { kind: 'complete', generation, rows: rowsRead },
            checkpointEvent(context, deltaPosition(deltaLink, generation)),
          ]
        }
      }
    }
  } catch (error) {
    // A saved or fresh link that the service refuses (changed metadata, a link too old): the same read, from its first page.
    const fromLink = resumeAt !== undefined || page.number() > 0
    if (!fromLink || !mayRestart || !isRefusedLink(error)) throw error
    return { kind: 'instead', plan: { kind: 'full-read', reason, generation, rowsRead: 0 } }
  }
  return { kind: 'done' }
}

async function* readDelta(
  context: ReadContext,
  plan: DeltaPlan,
  mayRestart: boolean,
  signal: AbortSignal | undefined,
): AsyncGenerator<EventBatch, Outcome, undefined> {
  const { base, resumeAt } = plan
  const page = createPageCount(context, 'delta')
  let isFirst = resumeAt === undefined
  try {
    for await (const part of partsOf(context, resumeAt ?? base.deltaLink, signal)) {
      if (part.kind === 'start') {
        if (isFirst && holdsAllRows(part.context))
          return instead(afterExpiry(base, context.options.onExpired))
        page.begin()
      } else if (part.kind === 'rows') yield page.count(changesOfRuns(part.runs, context.shape))
      else {
        isFirst = false
        const empty = page.upserted() + page.deleted() === 0
        page.end(part)
        yield [endOfDeltaPage(context, base, part, empty)]
      }
    }
  } catch (error) {
    const expired = isDataverseError(error) && error.code === 'delta-token-expired'
    const fromNextLink = resumeAt !== undefined || page.number() > 0
    if (!expired && (!mayRestart || !isRefusedLink(error))) throw error
    // What the service answers for a token it cannot read (of a restored environment, say) is not documented: whatever the
    // code, a delta link that is refused is dead. A next link that is refused leaves its delta link to go back to.
    if (expired || !fromNextLink) return instead(afterExpiry(base, context.options.onExpired, error))
    return instead({ kind: 'delta', base })
  }
  return { kind: 'done' }
}

function endOfDeltaPage(
  context: ReadContext,
  base: DeltaPlan['base'],
  page: PageEnd,
  empty: boolean,
): ChangeEvent {
  if (page.nextLink !== undefined) {
    return { kind: 'checkpoint', checkpoint: { ...base, nextLink: page.nextLink } }
  }
  // The documents call the answer to "nothing changed" an empty JSON response; then the old link stays good.
  if (page.deltaLink === undefined && empty) return { kind: 'checkpoint', checkpoint: withoutNextLink(base) }
  const { deltaLink } = requireDeltaLink(context, page)
  return checkpointEvent(context, deltaPosition(deltaLink, base.generation))
}

function withoutNextLink(checkpoint: Checkpoint): Checkpoint {
  const { nextLink: _, ...rest } = checkpoint
  return rest
}

function instead(plan: ReadPlan): Outcome {
  return { kind: 'instead', plan }
}

function firstPath(context: ReadContext): string {
  const { entitySet, select } = context.options
  return formatCollectionPath({ entitySet, select })
}

/**
 * Older versions are documented to answer for a forgotten token with all rows, as for a first read: then the context is not
 * that of a delta. Whether it really is all of them nobody can tell, so the answer is dropped and the table read in full.
 */
function holdsAllRows(context: string | undefined): boolean {
  return context !== undefined && !context.endsWith('/$delta')
}

/** Whether a link was refused for what it is; being throttled, forbidden or cut off is no such reason. */
function isRefusedLink(error: unknown): boolean {
  if (!isResponseError(error)) return false
  return (
    error.code === 'delta-token-expired' ||
    error.status === 400 ||
    error.status === 404 ||
    error.status === 410
  )
}

async function* partsOf(
  context: ReadContext,
  path: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<PagePart, void, undefined> {
  const stop = new AbortController()
  const onAbort = (): void => stop.abort(signal?.reason)
  signal?.throwIfAborted()
  // Not AbortSignal.any(): on a signal that outlives thousands of reads it leaves something behind with each of them.
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    yield* readAhead(readPages(context.client, path, context.options, stop.signal), {
      maxBytes: context.options.readAheadBytes,
      sizeOf: sizeOfPart,
      stop: () => stop.abort(),
    })
  } finally {
    signal?.removeEventListener('abort', onAbort)
  }
}

function sizeOfPart(part: PagePart): number {
  if (part.kind !== 'rows') return 0
  let size = 0
  // Bounds cost memory too: a page of tiny rows has more of them than bytes of rows.
  for (const { bytes, bounds } of part.runs) size += bytes.length + bounds.length * 8
  return size
}

function requireDeltaLink(context: ReadContext, page: PageEnd): { readonly deltaLink: string } {
  if (page.deltaLink !== undefined) return { deltaLink: page.deltaLink }
  const { entitySet, annotations } = context.options
  const applied = page.preferenceApplied === undefined ? 'no preference' : `"${page.preferenceApplied}"`
  const hint =
    annotations === undefined
      ? ''
      : '. Some servers drop change tracking when annotations are asked for: try without'
  throw new DataverseError(
    `the last page of ${entitySet} came without a delta link, so change tracking was not applied and the read cannot be continued later (the service says it applied ${applied})${hint}`,
    { code: 'change-tracking-not-applied' },
  )
}

function deltaPosition(deltaLink: string, generation: number): CheckpointPosition {
  const deltaToken = parseDeltaToken(deltaLink)
  return { phase: 'delta', generation, deltaLink, ...(deltaToken === undefined ? {} : { deltaToken }) }
}

type CheckpointPosition = Pick<Checkpoint, 'phase' | 'generation'> & Partial<Checkpoint>

function checkpointEvent(context: ReadContext, position: CheckpointPosition): ChangeEvent {
  const { scope, options, tokenLifetimeDays } = context
  const nowMs = options.clock.now()
  const expires =
    tokenLifetimeDays !== undefined && position.phase === 'delta'
      ? { expiresAt: new Date(nowMs + tokenLifetimeDays * dayMs).toISOString() }
      : {}
  const checkpoint: Checkpoint = {
    version: 1,
    environment: scope.environment,
    entitySet: scope.entitySet,
    select: scope.select,
    selectHash: hashSelect(scope.entitySet, scope.select),
    ...position,
    issuedAt: new Date(nowMs).toISOString(),
    ...expires,
  }
  return { kind: 'checkpoint', checkpoint }
}

/** Counts what a page brings and reports it behind its end; a page that is begun again is counted again. */
function createPageCount(context: ReadContext, phase: 'full-read' | 'delta') {
  let number = 0
  let upserted = 0
  let deleted = 0
  return {
    number: () => number,
    upserted: () => upserted,
    deleted: () => deleted,
    begin(): void {
      upserted = 0
      deleted = 0
    },
    count(changes: EventBatch): EventBatch {
      for (const change of changes) {
        if (change.kind === 'deleted') deleted += 1
        else upserted += 1
      }
      return changes
    },
    end({ bytesReceived, bodyBytes }: PageEnd): void {
      number += 1
      context.options.onPage({ phase, page: number, upserted, deleted, bytesReceived, bodyBytes })
    },
  }
}
