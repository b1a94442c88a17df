import type { DataverseClient } from '@deltaverse/client'
import type { Row } from '@deltaverse/core'
import { createMetadataReader } from '@deltaverse/metadata'
import type { RowSource } from '../queue/row-source.js'
import type { TakeEvents, WriteEvent } from '../result/write-event.js'
import type { WriteSummary } from '../result/write-result.js'
import { createUpsertWriter, type WriteCallOptions } from '../upsert-writer.js'
import type { UpsertWriterOptions } from '../writer-options.js'
import type { DeferredLookups, WavePlan } from './plan-waves.js'
import { divideTranslation, type TranslatedPasses, waitingRows } from './translated-waves.js'

/** Rows of one table, as a part of a job over several. */
export interface WaveJob extends UpsertWriterOptions {
  /** Opens the rows; called once more for a table whose lookups have to be written in a second pass. */
  readonly rows: () => RowSource<Row>
}

/** What became of the rows of one table. */
export interface WaveSummary {
  readonly entitySet: string
  /** Wave, from 0. */
  readonly wave: number
  readonly rows: WriteSummary
  /** The second pass, which writes only lookups. */
  readonly deferred?: WriteSummary | undefined
}

/** What {@link writeWaves} tells: what the writer of a table does, with the rows as they were given. */
export type WaveEvent = WriteEvent & {
  readonly entitySet: string
  /** Whether it is about the lookups of the second pass. */
  readonly deferred: boolean
}

export interface WaveCallOptions extends Pick<WriteCallOptions, 'signal' | 'everyRow'> {
  /** Told of rows that were not written in either pass, and of what happens on the way. Awaited. Default: nobody. */
  readonly onEvent?: TakeEvents<WaveEvent> | undefined
}

/**
 * Writes tables in the order of a plan: parents before children; then lookups that had to wait, and nothing else, in a second
 * pass. Rows that failed in the first pass have no second one.
 *
 * @throws TypeError for a table of the plan without a job; else as `write()` does
 */
export async function writeWaves(
  client: DataverseClient,
  plan: WavePlan,
  jobs: readonly WaveJob[],
  call: WaveCallOptions = {},
): Promise<readonly WaveSummary[]> {
  const byName = new Map(jobs.map((job) => [job.entitySet, job]))
  const planned = plan.waves.flatMap((entitySets, wave) =>
    entitySets.map((entitySet) => {
      const job = byName.get(entitySet)
      if (job === undefined) throw new TypeError(`there is no job for '${entitySet}', which the plan names`)
      return { entitySet, wave, job, failed: new Set<number>() }
    }),
  )
  const summaries: (WaveSummary & Pick<(typeof planned)[number], 'job' | 'failed'>)[] = []
  for (const { entitySet, wave, job, failed } of planned) {
    const rows = await writeFirst(client, job, deferredOf(plan, entitySet), call, failed)
    // What was missing before may be there now.
    if (typeof job.translate === 'object') job.translate.resolver?.forget()
    summaries.push({ entitySet, wave, rows, job, failed })
  }
  const done: WaveSummary[] = []
  for (const { failed, job, ...summary } of summaries) {
    const binds = deferredOf(plan, summary.entitySet)
    const deferred =
      binds.size === 0 || !writesLookups(job)
        ? undefined
        : await writeDeferred(client, job, binds, call, failed)
    done.push(deferred === undefined ? summary : { ...summary, deferred })
  }
  return done
}

/** A row that is deleted or deactivated gets no columns of its own, so none of its lookups has to wait. */
function writesLookups({ operation }: WaveJob): boolean {
  return operation !== 'delete' && operation !== 'deactivate'
}

function deferredOf({ deferred }: WavePlan, entitySet: string): ReadonlySet<string> {
  const own: DeferredLookups | undefined = deferred.find((each) => each.entitySet === entitySet)
  return new Set(own?.navigationProperties.map((name) => `${name}@odata.bind`))
}

/** Rows that stand for others on their way: a part of a row, by the row that it was taken from. */
type Origins = WeakMap<Row, { readonly row: Row; readonly index: number }>

async function writeFirst(
  client: DataverseClient,
  { rows, ...options }: WaveJob,
  binds: ReadonlySet<string>,
  call: WaveCallOptions,
  failed: Set<number>,
): Promise<WriteSummary> {
  const { entitySet, keyOf } = options
  const passes = await passesOf(client, options, binds, call)
  const origins: Origins = new WeakMap()
  const ofWhole = keyOf === undefined ? {} : { keyOf: (part: Row) => keyOf(wholeOf(origins, part)) }
  const writer = createUpsertWriter(client, {
    ...options,
    ...ofWhole,
    ...(passes !== undefined && { translate: passes.first }),
  })
  return writer.write(passes === undefined ? leaveOut(rows(), binds, origins) : rows(), {
    ...call,
    async onEvent(event) {
      if (event.kind === 'row-failed') failed.add(event.result.index)
      await call.onEvent?.({ ...asGiven(origins, event), entitySet, deferred: false })
    },
  })
}

async function writeDeferred(
  client: DataverseClient,
  { rows, ...options }: WaveJob,
  binds: ReadonlySet<string>,
  call: WaveCallOptions,
  failed: ReadonlySet<number>,
): Promise<WriteSummary> {
  const { entitySet, keyOf = (row: Row) => row } = options
  const passes = await passesOf(client, options, binds, call)
  const origins: Origins = new WeakMap()
  const writer = createUpsertWriter(client, {
    ...options,
    operation: 'update',
    returnIds: false,
    returnColumns: [],
    keyMismatch: 'strip',
    ...(passes === undefined
      ? { keyOf: (lookups: Row) => keyOf(wholeOf(origins, lookups)) }
      : { translate: passes.second }),
  })
  const waiting =
    passes === undefined
      ? onlyBinds(rows(), binds, failed, origins)
      : waitingRows(rows(), passes, failed, (row, index) => origins.set(row, { row, index }))
  return writer.write(waiting, {
    ...call,
    onEvent: (event) => call.onEvent?.({ ...asGiven(origins, event), entitySet, deferred: true }),
  })
}

/** How rows in people's words are divided; undefined where they come as they are sent, or nothing has to wait. */
async function passesOf(
  client: DataverseClient,
  { translate, entitySet, key, metadata = createMetadataReader(client) }: UpsertWriterOptions,
  binds: ReadonlySet<string>,
  { signal }: WaveCallOptions,
): Promise<TranslatedPasses | undefined> {
  if (translate === undefined || translate === false || binds.size === 0) return undefined
  const table = await metadata.tableOfSet(entitySet, { signal })
  return divideTranslation(translate, table, binds, key ?? [])
}

function wholeOf(origins: Origins, part: Row): Row {
  return origins.get(part)?.row ?? part
}

/** An event with its row, and that one's place, as the source gave them. */
function asGiven(origins: Origins, event: WriteEvent): WriteEvent {
  if (!('result' in event)) return event
  const origin = origins.get(event.result.row)
  return origin === undefined ? event : ({ ...event, result: { ...event.result, ...origin } } as WriteEvent)
}

async function* leaveOut(
  rows: RowSource<Row>,
  binds: ReadonlySet<string>,
  origins: Origins,
): AsyncGenerator<Row> {
  let index = -1
  for await (const row of rows) {
    index += 1
    if (binds.size === 0 || !isObject(row)) {
      yield row
      continue
    }
    const part = Object.fromEntries(Object.entries(row).filter(([name]) => !binds.has(name)))
    origins.set(part, { row, index })
    yield part
  }
}

/** Of each row the lookups that had to wait; its key comes by `keyOf`. */
async function* onlyBinds(
  rows: RowSource<Row>,
  binds: ReadonlySet<string>,
  failed: ReadonlySet<number>,
  origins: Origins,
): AsyncGenerator<Row> {
  let index = -1
  for await (const row of rows) {
    index += 1
    if (failed.has(index)) continue
    const waiting = Object.entries(row).filter(([name, value]) => binds.has(name) && value !== undefined)
    if (waiting.length === 0) continue
    const lookups: Row = Object.fromEntries(waiting)
    origins.set(lookups, { row, index })
    yield lookups
  }
}

/** What is no row at all is refused by the writer, by itself and not with the whole job. */
function isObject(row: unknown): row is Row {
  return typeof row === 'object' && row !== null
}
