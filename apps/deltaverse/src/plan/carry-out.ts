import { createUpsertWriter } from '@deltaverse/dataverse'
import type { Environment } from '../environment/open-environment.js'
import type { DeadLetterFile } from '../push/dead-letter-file.js'
import type { KnownRows } from '../push/known-rows.js'
import { checkCreates } from './check-creates.js'
import { letterOfPlan } from './letter-of-plan.js'
import type { PlanEntry } from './plan-entry.js'
import type { OpenedPlan } from './plan-file.js'
import { type PlannedRow, toPlannedRow } from './planned-row.js'

/** What carrying a plan out did. */
export interface CarriedOut {
  readonly created: number
  readonly updated: number
  readonly deactivated: number
  readonly deleted: number
  /** Rows that are as the plan wants them already. */
  readonly already: number
  readonly failed: number
}

export interface CarryOutTerms {
  readonly plan: OpenedPlan
  readonly environment: Environment
  readonly letters: DeadLetterFile
  /** Rows of earlier runs, where what is missing matters. */
  readonly known: KnownRows | undefined
  readonly signal: AbortSignal
  /** Told how many rows are settled. */
  readonly onProgress: (rows: number) => void
}

/** Rows that are remembered in one go. */
const idsAtOnce = 1_000

/**
 * Does what a plan says. Rows are looked at first, so that a plan that is run again finds done what is done; what is not, and is no longer
 * what the plan was made for, is a conflict and is left alone.
 */
export async function carryOut(terms: CarryOutTerms): Promise<CarriedOut> {
  const { plan, letters, known } = terms
  const note = createNote(terms)
  for await (const entry of plan.entries()) {
    if (entry.letter !== undefined) await letters.add(entry.letter)
    if (entry.do === 'unchanged' && entry.id !== undefined) await note.seen(entry.id)
    if (entry.do === 'unchanged' || entry.do === 'superseded' || entry.do === 'reject') note.settled()
  }
  const creates = checkCreates(terms, note.settled)
  const created = await write(terms, 'create', creates.rows(), note)
  const finished = await write(terms, 'update', creates.unfinished(), note)
  const updated = await write(terms, 'update', rowsOf(plan, 'update'), note)
  const deactivated = await write(terms, 'deactivate', rowsOf(plan, 'deactivate'), note)
  const deleted = await write(terms, 'delete', rowsOf(plan, 'delete'), note)
  await note.end()
  await known?.commit()
  const all = [created, finished, updated, deactivated, deleted]
  return {
    created: created.written + finished.written + finished.already,
    updated: updated.written,
    deactivated: deactivated.written,
    deleted: deleted.written,
    already:
      creates.already() + [updated, deactivated, deleted].reduce((sum, { already }) => sum + already, 0),
    failed: creates.conflicts() + all.reduce((sum, { failed }) => sum + failed, 0),
  }
}

interface Note {
  settled(): void
  /** A row of the source is in the table. */
  seen(id: string): Promise<void>
  /** A row that is gone from the source was dealt with. */
  letGo(id: string, what: 'deactivated' | 'deleted'): void
  end(): Promise<void>
}

function createNote({ known, onProgress }: CarryOutTerms): Note {
  let count = 0
  let ids: string[] = []
  const gone: Record<'deactivated' | 'deleted', string[]> = { deactivated: [], deleted: [] }
  const flush = async (): Promise<void> => {
    await known?.see(ids)
    ids = []
  }
  return {
    settled() {
      count += 1
      onProgress(count)
    },
    async seen(id) {
      if (known !== undefined && ids.push(id) >= idsAtOnce) await flush()
    },
    letGo: (id, what) => gone[what].push(id),
    async end() {
      await flush()
      await known?.letGo(gone.deactivated, 'deactivated')
      await known?.letGo(gone.deleted, 'deleted')
    },
  }
}

interface Written {
  readonly written: number
  readonly already: number
  readonly failed: number
}

type Operation = 'create' | 'update' | 'deactivate' | 'delete'

async function write(
  { plan, environment, letters, signal }: CarryOutTerms,
  operation: Operation,
  rows: AsyncIterable<PlannedRow>,
  note: Note,
): Promise<Written> {
  const { push, table } = plan.head
  const writer = createUpsertWriter<PlannedRow>(environment.client, {
    ...push.writer,
    entitySet: table.entitySet,
    operation,
    ...(operation === 'create' && { key: [...push.key] }),
    batchSize: push.batchSize,
    matchVersion: operation !== 'create',
    // What is there is read in bulk, so that what an earlier run did is not done again.
    skipUnchanged: operation === 'update' || operation === 'deactivate',
  })
  const { created, updated, upserted, deleted, unchanged, failed, notRun } = await writer.write(rows, {
    signal,
    everyRow: true,
    async onEvent(event) {
      if (!('result' in event)) return
      const { result } = event
      const { entry } = result.row
      note.settled()
      if (event.kind === 'row-failed')
        return await letters.add(letterOfPlan(writer.toDeadLetter(event.result), entry, plan))
      const id = result.id ?? entry.id
      if (id === undefined) return
      if (operation === 'create' || operation === 'update') await note.seen(id)
      else note.letGo(id, operation === 'delete' ? 'deleted' : 'deactivated')
    },
  })
  return { written: created + updated + upserted + deleted, already: unchanged, failed: failed + notRun }
}

async function* rowsOf(plan: OpenedPlan, what: PlanEntry['do']): AsyncGenerator<PlannedRow, void, undefined> {
  for await (const entry of plan.entries()) {
    if (entry.do === what && entry.row !== undefined) yield toPlannedRow(entry)
  }
}
