import { isDataverseError, isResponseError, type Row } from '@deltaverse/core'
import { parseRowReference, serviceCode } from '@deltaverse/protocol'
import { describeRef, isRef, type KeyValues, type RowRef, ref } from '@deltaverse/values'
import type { RunContext } from '../plan/run-context.js'
import { problemsError } from '../result/problems-error.js'
import type { SettledRow } from '../result/row-outcome.js'
import { type RowProblem, remedies } from '../result/row-problem.js'
import type { PendingRow } from '../row/pending-row.js'
import { allColumns } from '../row/row-facts.js'
import { bindsOf } from './compare-rows.js'

/** Codes that say of the row itself, or of one that it points at, that it does not exist. */
const missing: ReadonlySet<string> = new Set([
  serviceCode.ObjectDoesNotExist,
  serviceCode.RecordNotFoundByEntityKey,
  serviceCode.UndeclaredPropertyOrUnknownKey,
])

/** A reference that a row makes. */
interface Reference {
  readonly column: string
  readonly table: string
  /** The row that it names, in the words of the source where those are known. */
  readonly target: RowRef
  /** What is looked for: values of a key, the GUID among them. */
  readonly key: KeyValues
}

/**
 * Finds out of rows that the service refused because something does not exist whether that is a row they point at, and says so in the
 * same words as a look-up before the write does. The answer itself tells the two apart neither by its code nor by its status. Costs
 * reads where rows failed so, and else nothing.
 */
export async function explainMissing(
  context: RunContext,
  settled: readonly SettledRow[],
): Promise<readonly SettledRow[]> {
  const { plan } = context
  if (plan.calls !== undefined || plan.options.operation === 'delete') return settled
  const doubtful = settled.filter(mayPointNowhere)
  try {
    const references = new Map<SettledRow, readonly Reference[]>()
    for (const each of doubtful) references.set(each, await referencesOf(context, each.of as PendingRow))
    const absent = await findAbsentTargets(context, [...references.values()].flat())
    return settled.map((each) => explained(context, each, references.get(each) ?? [], absent))
  } catch (error) {
    // The rows failed all the same, for the reason that the service gave.
    if (isDataverseError(error)) return settled
    throw error
  }
}

/** Whether the service refused a row because something does not exist: the row itself, or one that it points at. */
export function mayPointNowhere({ of, outcome: { status, error } }: SettledRow): boolean {
  return (
    status === 'failed' && 'state' in of && isResponseError(error) && missing.has(error.serviceCode ?? '')
  )
}

async function referencesOf({ plan }: RunContext, row: PendingRow): Promise<readonly Reference[]> {
  const binds = bindsOf(plan)
  const mapped = plan.origins?.get(row.row)?.mapped
  const found: Reference[] = []
  for (const [name, value] of Object.entries(allColumns(row))) {
    const column = binds.get(name)?.logicalName
    const reference = typeof value === 'string' ? parseRowReference(value) : undefined
    if (column === undefined || reference === undefined) continue
    const { logicalName: table, primaryIdColumn } = await plan.metadata.tableOfSet(reference.entitySet)
    const isId = typeof reference.key === 'string'
    const key = isId ? { [primaryIdColumn]: reference.key as string } : valuesOf(reference.key)
    const said = mapped?.[column]
    const target = isRef(said) ? said : ref(table, isId ? (reference.key as string) : key)
    found.push({ column, table, target, key })
  }
  return found
}

function valuesOf(
  parts: Exclude<NonNullable<ReturnType<typeof parseRowReference>>['key'], string>,
): KeyValues {
  return Object.fromEntries(
    parts.map(({ name, value }) => [/^_(.+)_value$/.exec(name)?.[1] ?? name, value.text]),
  )
}

/** The references whose targets do not exist: asked in bulk, past anything remembered. */
async function findAbsentTargets(
  context: RunContext,
  references: readonly Reference[],
): Promise<ReadonlySet<Reference>> {
  const absent = new Set<Reference>()
  for (const table of new Set(references.map((each) => each.table))) {
    const asked = references.filter((each) => each.table === table)
    const keys = asked.map(({ key }) => key)
    const rows = await context.resolver().readRows(table, keys, { select: [] }, { signal: context.signal })
    for (const [at, reference] of asked.entries()) if (rows[at]?.status === 'missing') absent.add(reference)
  }
  return absent
}

function explained(
  { plan }: RunContext,
  settled: SettledRow,
  references: readonly Reference[],
  absent: ReadonlySet<Reference>,
): SettledRow {
  const origin = plan.origins?.get(settled.of.row)
  const problems = references
    .filter((reference) => absent.has(reference))
    .map(({ column, target }): RowProblem => {
      const from = origin?.fromOf(column) ?? column
      return {
        column,
        ...(from !== column && { from }),
        value: origin === undefined ? plainValue(target) : origin.values[from],
        reason: 'missing-target',
        message: `there is no row ${describeRef(target.table, target.key)}`,
        remedy: remedies['missing-target'],
        target,
      }
    })
  if (problems.length === 0) return settled
  const error = problemsError(plan.table.logicalName, problems, settled.outcome.error)
  return { ...settled, outcome: { ...settled.outcome, error, problems } }
}

/** What names a target: the value of a key of one column, else all of it. */
function plainValue({ key }: RowRef): Row[string] {
  if (typeof key === 'string') return key
  const values = Object.values(key)
  return values.length === 1 ? values[0] : key
}
