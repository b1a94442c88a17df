import type { DataverseClient } from '@deltaverse/client'
import type { CallOptions } from '@deltaverse/contract'
import { checkChoice } from './check-option.js'
import { type DetailSource, toColumnValue } from './column-value.js'
import { type CurrentTargets, readCurrentTargets } from './current-targets.js'
import { createKeyResolver, type KeyResolver } from './key-resolver.js'
import { toLookupCells } from './lookup-cells.js'
import { checkTableName } from './metadata-reader.js'
import { nearestNames } from './nearest-names.js'
import {
  type Cells,
  type ColumnProblem,
  type SourceRow,
  type TranslatedRow,
  toTranslatedRow,
} from './row-translation.js'
import { type StatusInput, toStatusPair } from './status-pair.js'
import type { ColumnMetadata, TableMetadata } from './table-metadata.js'

export interface RowTranslatorOptions {
  /** Logical name of the rows' table: `account`. */
  readonly table: string
  /** Finds the targets of references; share it to share its memory. Default: one of its own. */
  readonly resolver?: KeyResolver | undefined
  /**
   * `bind` names targets by their alternate key where that is Active, so that nothing is asked and the service finds the
   * row itself (a missing target then fails the write). `resolve` looks every target up first. Default: `bind`.
   */
  readonly references?: 'bind' | 'resolve' | undefined
  /**
   * How `null` clears a lookup that can point at several tables: `read` the row to learn where it points now and clear
   * that, or null the names of `all` tables without a request, which Microsoft does not document. Default: `read`.
   */
  readonly polymorphicNull?: 'read' | 'all' | undefined
  /** Columns by which a row is found when `read` has to and its primary key is not in it. Default: none. */
  readonly key?: readonly string[] | undefined
  /** Columns that nobody can write: `refuse` the row, or `leave-out` the column. Default: `refuse`. */
  readonly readOnlyColumns?: 'refuse' | 'leave-out' | undefined
  /** Columns that the table does not have: `refuse` the row, or `leave-out` the column. Default: `refuse`. */
  readonly unknownColumns?: 'refuse' | 'leave-out' | undefined
}

/** Turns rows in the words of people into rows for the Web API. */
export interface RowTranslator {
  /** Translates one row. */
  toWireRow(row: SourceRow, call?: CallOptions): Promise<TranslatedRow>
  /**
   * Translates rows together, so that their references are resolved together: one result for each, in their order.
   *
   * @throws DataverseError when a request fails; `signal.reason` when the signal aborts
   */
  toWireRows(rows: Iterable<SourceRow>, call?: CallOptions): Promise<TranslatedRow[]>
}

/**
 * Creates a translator for the rows of one table. Columns go by logical name; `undefined` is not sent, `null` clears.
 *
 * - lookups take `ref()`, a GUID or `null` and become `nav@odata.bind` under the right case-sensitive name;
 * - choices, choices with several values, and yes/no take values or labels, labels in any language of the environment;
 * - `statuscode`, `statecode` or `status` take a value or label and become the pair of both codes;
 * - dates are written by the behaviour of their column, numbers may come as text.
 *
 * @throws TypeError for a bad option
 */
export function createRowTranslator(
  client: Pick<DataverseClient, 'request' | 'serviceRoot'>,
  options: RowTranslatorOptions,
): RowTranslator {
  checkTableName(options.table)
  const settings: Settings = {
    resolver: options.resolver ?? createKeyResolver(client),
    references: checkChoice('references', options.references ?? 'bind', ['bind', 'resolve']),
    polymorphicNull: checkChoice('polymorphicNull', options.polymorphicNull ?? 'read', ['read', 'all']),
    readOnlyColumns: checkChoice('readOnlyColumns', options.readOnlyColumns ?? 'refuse', dropOrRefuse),
    unknownColumns: checkChoice('unknownColumns', options.unknownColumns ?? 'refuse', dropOrRefuse),
  }
  const { metadata } = settings.resolver

  async function toWireRows(source: Iterable<SourceRow>, call: CallOptions = {}): Promise<TranslatedRow[]> {
    call.signal?.throwIfAborted()
    const rows = [...source]
    const table = await metadata.table(options.table, call)
    const targets =
      settings.polymorphicNull === 'read'
        ? await readCurrentTargets(settings.resolver, table, rows, options.key ?? [], call)
        : []
    const details: DetailSource = (kind) => metadata.details(options.table, kind, call)
    return Promise.all(
      rows.map((row, index) => translate({ ...settings, table, details, call }, row, targets[index])),
    )
  }

  return {
    toWireRows,
    toWireRow: async (row, call) => (await toWireRows([row], call))[0]!,
  }
}

const dropOrRefuse: readonly ('refuse' | 'leave-out')[] = ['refuse', 'leave-out']

interface Settings {
  readonly resolver: KeyResolver
  readonly references: 'bind' | 'resolve'
  readonly polymorphicNull: 'read' | 'all'
  readonly readOnlyColumns: 'refuse' | 'leave-out'
  readonly unknownColumns: 'refuse' | 'leave-out'
}

interface Context extends Settings {
  readonly table: TableMetadata
  readonly details: DetailSource
  readonly call: CallOptions
}

async function translate(
  context: Context,
  row: SourceRow,
  currentTarget: CurrentTargets = () => 'unknown',
): Promise<TranslatedRow> {
  const status: Record<string, unknown> = {}
  const work: Promise<readonly [string, Cells]>[] = []
  for (const [name, value] of Object.entries(row)) {
    if (value === undefined) continue
    if (isStatusMember(context.table, name)) status[name.toLowerCase()] = value
    else {
      work.push(toCells(context, row, name, value, currentTarget).then((cells) => [name, cells] as const))
    }
  }
  if (Object.keys(status).length > 0) {
    work.push(statusCells(context, status).then((cells) => [Object.keys(status)[0]!, cells] as const))
  }
  const wire: Record<string, unknown> = {}
  const problems: ColumnProblem[] = []
  for (const [column, outcome] of await Promise.all(work)) {
    if ('cells' in outcome) Object.assign(wire, outcome.cells)
    else {
      const { problem, ...rest } = outcome
      problems.push({ column, message: problem, ...rest })
    }
  }
  return toTranslatedRow(context.table.logicalName, wire, problems)
}

// `status` is how people say it; a column of that name comes first.
function isStatusMember(table: TableMetadata, name: string): boolean {
  const lower = name.toLowerCase()
  const kind = table.columns.get(lower)?.kind
  if (kind === 'state' || kind === 'status') return true
  return lower === 'status' && kind === undefined && table.columns.has('statuscode')
}

async function statusCells({ details }: Context, input: StatusInput): Promise<Cells> {
  for (const value of Object.values(input)) {
    if (value === null) return { problem: 'state and status cannot be cleared', reason: 'wrong-value' }
  }
  const [states, statuses] = await Promise.all([details('state'), details('status')])
  const pair = toStatusPair(input, {
    states: states.get('statecode')?.options ?? [],
    statuses: statuses.get('statuscode')?.options ?? [],
  })
  return 'problem' in pair
    ? { problem: pair.problem, reason: pair.reason ?? 'wrong-value' }
    : { cells: { ...pair.value } }
}

const sentAnnotations = /@odata\.(?:bind|type|id)$/

async function toCells(
  context: Context,
  row: SourceRow,
  name: string,
  value: unknown,
  currentTarget: CurrentTargets,
): Promise<Cells> {
  // What the caller bound by hand stays; other annotations came with a row that was read.
  if (name.includes('@')) return { cells: sentAnnotations.test(name) ? { [name]: value } : {} }
  const { table } = context
  const column = findColumn(table, name)
  if (column === undefined) return unknownColumn(context, name)
  if (!column.validForCreate && !column.validForUpdate && !column.isPrimaryId)
    return readOnly(context, column)
  if (column.kind === 'lookup' || column.kind === 'owner') {
    const annotated = row[`_${column.logicalName}_value@Microsoft.Dynamics.CRM.lookuplogicalname`]
    return toLookupCells(column, value, {
      ...context,
      currentTarget,
      annotatedTable: typeof annotated === 'string' ? annotated : undefined,
    })
  }
  const translated = await toColumnValue(column, value, context.details)
  return 'problem' in translated
    ? { problem: translated.problem, reason: translated.reason ?? 'wrong-value' }
    : { cells: { [column.logicalName]: translated.value } }
}

// Lookups may come under the name by which they are read.
function findColumn(table: TableMetadata, name: string): ColumnMetadata | undefined {
  const lower = name.toLowerCase()
  return table.columns.get(lower) ?? table.columns.get(/^_(.+)_value$/.exec(lower)?.[1] ?? '')
}

function unknownColumn({ table, unknownColumns }: Context, name: string): Cells {
  if (unknownColumns === 'leave-out') return { cells: {} }
  const near = nearestNames(name.toLowerCase(), table.columns.keys())
  return {
    problem: `there is no such column${near === '' ? '' : ` (${near})`}`,
    reason: 'unknown-column',
  }
}

function readOnly({ readOnlyColumns }: Context, { attributeOf }: ColumnMetadata): Cells {
  if (readOnlyColumns === 'leave-out') return { cells: {} }
  return {
    problem: `the column is read-only${attributeOf === undefined ? '' : `; write '${attributeOf}' instead`}`,
    reason: 'read-only',
  }
}
