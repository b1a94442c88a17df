import { DataverseError, type Row } from '@deltaverse/core'
import { partsOfKey, typeRowKey } from '@deltaverse/values'
import { bindsOf, type Comparison, compareRows } from './lookup/compare-rows.js'
import type { RunContext } from './plan/run-context.js'
import type { RunPlan } from './plan/run-plan.js'
import { failed, type RowOutcome, type Settle } from './result/row-outcome.js'
import type { RowPlace } from './result/row-place.js'
import { noProblems, type RowProblem } from './result/row-problem.js'
import type { WriteResult } from './result/write-result.js'
import type { PendingRow } from './row/pending-row.js'
import { allColumns } from './row/row-facts.js'
import { findDiffering } from './row/row-steps.js'

/** What is said of every row of a plan. */
interface AnyPlanned<R extends object> {
  readonly index: number
  readonly key: Readonly<Record<string, unknown>>
  /** The row as it was given. */
  readonly row: R
  /** With `translate`: the row as it would be sent. */
  readonly wire?: Row | undefined
  /** With `translate`: where the row stands in its source. */
  readonly place?: RowPlace | undefined
  readonly id?: string | undefined
  /** The version of the row that was compared, as `matchVersion` wants it in `@odata.etag`. */
  readonly version?: string | undefined
}

/** A row that would be written, or would not have to be. */
export interface PlannedRow<R extends object = Row> extends AnyPlanned<R> {
  readonly plan: 'create' | 'update' | 'delete' | 'unchanged' | 'superseded'
  /** For `update`: the columns that differ from what the table holds. */
  readonly columns?: readonly string[] | undefined
  /** For `update`: what the table holds of those columns; of a look-up the id that it points at. */
  readonly before?: Readonly<Record<string, unknown>> | undefined
  readonly error?: undefined
  readonly problems?: undefined
}

/** A row that would be refused. What only the service can refuse (lengths, rights) is not known before. */
export interface RejectedWrite<R extends object = Row> extends AnyPlanned<R> {
  readonly plan: 'rejected'
  readonly error: DataverseError
  /** As results have them. */
  readonly problems: readonly RowProblem[]
  readonly columns?: undefined
  readonly before?: undefined
}

/** What would become of a row: look at `plan`. */
export type PlannedWrite<R extends object = Row> = PlannedRow<R> | RejectedWrite<R>

/** Says of rows what a write would do to them; writes nothing. */
export async function planRows(
  context: RunContext,
  rows: readonly PendingRow[],
  settle: Settle,
): Promise<void> {
  const { plan } = context
  const binds = bindsOf(plan)
  const comparable = rows.map((row) => withKey(plan, row))
  const known = comparable.filter((row) => row.parts !== undefined || plan.options.operation !== 'create')
  const comparisons =
    known.length === 0 ? new Map<PendingRow, Comparison>() : await compareRows(context, known)
  for (const [at, row] of rows.entries()) {
    const twin = comparable[at]
    const comparison = twin && comparisons.get(twin)
    const problem = findUnknown(plan, row, binds)
    const outcome = problem === undefined ? planned(plan, row, comparison) : failed(row, problem)
    if (comparison?.kind === 'exists') findDiffering(row, comparison.id, comparison.changed)
    settle(row, outcome)
  }
}

/** A create names its row by its own GUID; whether its key is taken can be asked all the same. */
function withKey(plan: RunPlan, row: PendingRow): PendingRow {
  if (plan.options.operation !== 'create' || plan.key === undefined || plan.key.byPrimaryKey) return row
  return { ...row, parts: partsOfKey(plan.key, typeRowKey(plan.key, row.keyed)) }
}

function planned({ options }: RunPlan, row: PendingRow, comparison: Comparison | undefined): RowOutcome {
  const { operation } = options
  if (comparison === undefined || comparison.kind === 'absent') {
    if (operation === 'upsert' || operation === 'create') return { status: 'created' }
    if (operation === 'delete') return { status: 'unchanged' }
    return failed(row, reject('not-found', 'There is no row with this key.'))
  }
  const { id, changed, stored } = comparison
  if (operation === 'create') return failed(row, reject('conflict', 'A row with this key exists.'))
  if (operation === 'delete') return { status: 'deleted', id, stored }
  return { status: changed.length === 0 ? 'unchanged' : 'updated', id, stored }
}

/** What the service would refuse by its name alone: a column that is none, a bind whose name is written in another case. */
function findUnknown(
  { table }: RunPlan,
  row: PendingRow,
  binds: ReadonlyMap<string, unknown>,
): DataverseError | undefined {
  for (const [name, value] of Object.entries(allColumns(row))) {
    // Lists and objects are rows that belong to this one, under names that are not asked for here.
    if ((typeof value === 'object' && value !== null) || binds.has(name) || table.columns.has(name)) continue
    const known = [...binds.keys(), ...table.columns.keys()]
    const meant = known.find((each) => each.toLowerCase() === name.toLowerCase())
    const advice = meant === undefined ? '' : ` Names are case-sensitive: write '${meant}'.`
    return reject('bad-input', `Table '${table.logicalName}' has no column '${name}' to write.${advice}`)
  }
  return undefined
}

function reject(code: 'not-found' | 'conflict' | 'bad-input', message: string): DataverseError {
  return new DataverseError(message, { code })
}

const plans = {
  created: 'create',
  updated: 'update',
  upserted: 'update',
  deleted: 'delete',
  unchanged: 'unchanged',
  superseded: 'superseded',
} as const

/** A result of {@link planRows} in the words of a plan. */
export function toPlannedWrite<R extends object>(
  { table }: RunPlan,
  result: WriteResult<R>,
  wire: Row | undefined,
): PlannedWrite<R> {
  const { index, key, row, place, changed, id, stored } = result
  const version = stored?.['@odata.etag']
  const all = {
    index,
    key,
    row,
    ...(wire === undefined ? {} : { wire }),
    ...(place === undefined ? {} : { place }),
    ...(typeof version === 'string' ? { version } : {}),
    ...(id === undefined ? {} : { id }),
  }
  if (result.status === 'failed') {
    return { ...all, plan: 'rejected', error: result.error, problems: result.problems }
  }
  if (result.status === 'not-run') {
    return {
      ...all,
      plan: 'rejected',
      error: reject('conflict', 'The run was stopped.'),
      problems: noProblems,
    }
  }
  return {
    ...all,
    plan: plans[result.status],
    ...(changed === undefined ? {} : { columns: changed }),
    ...(changed === undefined || stored === undefined ? {} : { before: beforeOf(table, changed, stored) }),
  }
}

function beforeOf(table: RunPlan['table'], columns: readonly string[], stored: Row): Record<string, unknown> {
  const lookups = bindsOf({ table })
  return Object.fromEntries(
    columns.map((name) => {
      const lookup = lookups.get(name)
      return [name, stored[lookup === undefined ? name : `_${lookup.logicalName}_value`] ?? null]
    }),
  )
}
