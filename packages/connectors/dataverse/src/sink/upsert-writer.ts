import type { DataverseClient } from '@deltaverse/client'
import type { CallOptions, Row } from '@deltaverse/core'
import { type PlannedWrite, type RejectedWrite, toPlannedWrite } from './dry-run.js'
import { createRunPlanner } from './plan/plan-run.js'
import type { RunPlan } from './plan/run-plan.js'
import { impersonationHeaders } from './plan/service-options.js'
import { mapSource, type RowSource } from './queue/row-source.js'
import { type DeadLetter, formatDeadLetter, readDeadLetter } from './result/dead-letter.js'
import type { SettledRow } from './result/row-outcome.js'
import { toResult } from './result/row-result.js'
import type { RunEvent, TakeEvents, WriteEvent } from './result/write-event.js'
import type { WriteResult, WriteSummary } from './result/write-result.js'
import { runRows } from './run-rows.js'
import { type GivenRow, givenOfLetter, givenRows } from './translate/given-row.js'
import type { TranslationStage } from './translate/translate-rows.js'
import type { TranslationSettings } from './translate/translation-options.js'
import { toWriterSettings, type UpsertWriterOptions } from './writer-options.js'

/** What a call of {@link UpsertWriter.write} accepts. */
export interface WriteCallOptions<R extends object = Row> extends CallOptions {
  /** Writes in the name of this user (Entra object id), for this call only. Default: that of the writer. */
  readonly actAs?: string | undefined
  /**
   * Told of rows that were not written, in the order in which they fail, and of what happens on the way. Awaited, one row at a
   * time. Default: nobody.
   */
  readonly onEvent?: TakeEvents<WriteEvent<R>> | undefined
  /** Whether `onEvent` is told of rows that were written as well. That costs reading their ids from the answers. Default: false. */
  readonly everyRow?: boolean | undefined
}

/** What a call of {@link UpsertWriter.results} accepts. */
export interface ResultsCallOptions extends Pick<WriteCallOptions, 'signal' | 'actAs'> {
  /** Told of what happens on the way; rows come as results. Awaited. Default: nobody. */
  readonly onEvent?: TakeEvents<RunEvent> | undefined
}

/** Writes rows of one table. Make one and use it again; calls that run at the same time know nothing of each other. */
export interface UpsertWriter<R extends object = Row> {
  /**
   * Learns and checks all that the first row would need: the table, its key, and with `translate` the columns and look-ups. Every run does
   * so itself; call it to know before.
   *
   * @throws TypeError for a translation of columns that are not there; DataverseError as `write()` does
   */
  prepare(call?: CallOptions): Promise<void>
  /**
   * Writes all rows. A row that cannot be written is a result and no exception.
   *
   * @throws DataverseError when no row can be written: `bad-request` for a key that is none or not `Active`, `not-found` for
   *   the table, `unauthorized`; what the source throws; `signal.reason` when the signal aborts and `onAbort` is `stop`
   */
  write(rows: RowSource<R>, call?: WriteCallOptions<R>): Promise<WriteSummary>
  /**
   * The same as an iterable of results, in the order in which rows come back: `index` tells their place. Rows are pulled
   * only while results are asked for. Its return value is the summary.
   */
  results(
    rows: RowSource<R>,
    call?: ResultsCallOptions,
  ): AsyncGenerator<WriteResult<R>, WriteSummary, undefined>
  /** Says of each row what a write would do, by comparing it with the table; writes nothing. */
  dryRun(rows: RowSource<R>, call?: CallOptions): AsyncGenerator<PlannedWrite<R>, void, undefined>
  /** A row that was not written, or of which a dry run says that it would be rejected, as plain JSON, to correct and to replay. */
  toDeadLetter(result: WriteResult<R> | RejectedWrite<R>): DeadLetter<R>
  /** Writes the rows of dead letters again. */
  replay(letters: RowSource<DeadLetter<R>>, call?: WriteCallOptions<R>): Promise<WriteSummary>
}

/**
 * Creates a writer for one table.
 *
 * @throws TypeError or RangeError for bad options
 */
export function createUpsertWriter<R extends object = Row>(
  client: DataverseClient,
  options: UpsertWriterOptions<R>,
): UpsertWriter<R> {
  const resolved = toWriterSettings(options)
  const planRun = createRunPlanner(client, resolved)
  const { translate } = resolved
  // Rows of dead letters are values already, and not what the caller's `valuesOf` takes.
  const replayed = new WeakSet<object>()
  let stage: TranslationStage | undefined

  /** The plan of a run and its rows as they are sent. What is not translated goes as it is, without a step more. */
  async function begin(rows: RowSource<R>, call: CallOptions): Promise<Begun> {
    const plan = await planRun(call)
    if (translate === undefined) return { plan, rows: rows as RowSource<Row> }
    return translated(plan, givenRows(rows, translate), translate, call)
  }

  async function translated(
    plan: RunPlan,
    given: RowSource<GivenRow>,
    settings: TranslationSettings,
    call: CallOptions,
  ): Promise<Begun> {
    // Loaded where rows are translated, and else never: it knows calendars.
    const { createTranslationStage } = await import('./translate/translate-rows.js')
    const { logicalName } = plan.table
    stage ??= await createTranslationStage(client, settings, { logicalName, options: resolved }, call)
    return { plan: { ...plan, origins: stage.origins }, rows: stage.translate(given, call) }
  }

  async function prepare(call: CallOptions = {}): Promise<void> {
    call.signal?.throwIfAborted()
    const plan = await planRun(call)
    if (translate !== undefined) await translated(plan, [], translate, call)
  }

  async function* results(
    rows: RowSource<R>,
    call: ResultsCallOptions = {},
  ): AsyncGenerator<WriteResult<R>, WriteSummary, undefined> {
    call.signal?.throwIfAborted()
    const begun = await begin(rows, call)
    const plan = withUser(begun.plan, call.actAs)
    const work = { kind: 'write', tellsResults: true, onEvent: call.onEvent } as const
    const run = runRows(client, plan, begun.rows, work, call)
    try {
      for (;;) {
        const step = await run.next()
        if (step.done === true) return step.value
        for (const settled of step.value) yield resultOf(plan, settled)
      }
    } finally {
      await run.return(undefined as never)
    }
  }

  async function writeAll({ plan, rows }: Begun, call: WriteCallOptions<R>): Promise<WriteSummary> {
    const { onEvent, everyRow = false, actAs } = call
    const tellsResults = onEvent !== undefined && everyRow
    const work = { kind: 'write', tellsResults, onEvent } as const
    const run = runRows(client, withUser(plan, actAs), rows, work, call)
    try {
      for (;;) {
        const step = await run.next()
        if (step.done === true) return step.value
        for (const settled of step.value) {
          const { status } = settled.outcome
          const kind = status === 'failed' || status === 'not-run' ? 'row-failed' : 'row-done'
          if (kind === 'row-failed' || tellsResults)
            await onEvent?.({ kind, result: resultOf(plan, settled) } as WriteEvent<R>)
        }
      }
    } finally {
      await run.return(undefined as never)
    }
  }

  function resultOf(plan: RunPlan, settled: SettledRow): WriteResult<R> {
    return toResult(plan, settled) as WriteResult<R>
  }

  return {
    prepare,
    results,
    async write(rows, call = {}) {
      call.signal?.throwIfAborted()
      return writeAll(await begin(rows, call), call)
    },
    async *dryRun(rows, call = {}) {
      call.signal?.throwIfAborted()
      const begun = await begin(rows, call)
      const { plan } = begun
      const work = { kind: 'plan', tellsResults: true } as const
      for await (const planned of runRows(client, plan, begun.rows, work, call)) {
        for (const settled of planned) {
          const wire = plan.origins === undefined ? undefined : settled.of.row
          yield toPlannedWrite(plan, resultOf(plan, settled), wire)
        }
      }
    },
    toDeadLetter(result) {
      const { entitySet, operation } = resolved
      const isValues = replayed.has(result.row)
      return formatDeadLetter(result, { entitySet, operation, translate: isValues ? undefined : translate })
    },
    async replay(letters, call = {}) {
      call.signal?.throwIfAborted()
      const plan = await planRun(call)
      const { primaryIdColumn } = plan.table
      const ownIds = new WeakSet<Row>()
      const read = mapSource(letters, (letter) => readDeadLetter(letter, resolved))
      if (translate !== undefined) {
        const given = mapSource(read, (letter) => {
          replayed.add(letter.row)
          return givenOfLetter(letter, ownIds)
        })
        const begun = await translated(plan, given, translate, call)
        return writeAll({ ...begun, plan: { ...begun.plan, ownIds } }, call)
      }
      const rows = mapSource(read, ({ row, id, isOwn }) => {
        const isKnown = id === undefined || row[primaryIdColumn] !== undefined
        const again = isKnown ? row : { ...row, [primaryIdColumn]: id }
        if (!isKnown || isOwn) ownIds.add(again)
        return again
      })
      return writeAll({ plan: { ...plan, ownIds }, rows }, call)
    },
  }
}

/** What a run begins with. */
interface Begun {
  readonly plan: RunPlan
  readonly rows: RowSource<Row>
}

function withUser(plan: RunPlan, actAs: string | undefined): RunPlan {
  if (actAs === undefined) return plan
  const { service } = plan.options
  const headers = { ...service.headers, ...impersonationHeaders(actAs) }
  return { ...plan, options: { ...plan.options, service: { ...service, headers } } }
}
