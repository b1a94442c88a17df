import type { DataverseClient } from '@deltaverse/client'
import type { CallOptions } from '@deltaverse/core'
import type { ColumnMetadata, TableMetadata } from '@deltaverse/metadata'
import { checkTableName } from '@deltaverse/metadata'
import { defineOptions, instance, listOf, type OptionsInput, oneOf, text } from '@deltaverse/options'
import { nearestNames, toColumnValue, toValueRules, type ValueRules, valueOptions } from '@deltaverse/values'
import { callForMany } from '../resolve/call-for-many.js'
import { createKeyResolver, type KeyResolver } from '../resolve/key-resolver.js'
import { createPlaces, type Place, type Places } from './column-places.js'
import { type CurrentTargets, readCurrentTargets } from './current-targets.js'
import { toLookupCells } from './lookup-cells.js'
import { type RowDetails, readRowDetails } from './row-details.js'
import {
  type Cells,
  type ColumnProblem,
  type SourceRow,
  type TranslatedRow,
  toTranslatedRow,
} from './row-translation.js'
import { type StatusInput, toStatusPair } from './status-pair.js'

const dropOrRefuse = ['refuse', 'leave-out'] as const

const options = defineOptions('createRowTranslator()', {
  table: text({ required: true, doc: "Logical name of the rows' table: account." }),
  resolver: instance<KeyResolver>(
    ['resolve'],
    'made by createKeyResolver()',
  )({
    defaultText: 'one of its own',
    doc: 'Finds the targets of references; share it to share its memory.',
  }),
  references: oneOf(['bind', 'resolve'], {
    default: 'bind',
    doc: 'bind names targets by their alternate key where that is Active, so that nothing is asked and the service finds the row itself (a missing target then fails the write). resolve looks every target up first.',
  }),
  polymorphicNull: oneOf(['read', 'all'], {
    default: 'read',
    doc: 'How null clears a lookup that can point at several tables: read the row to learn where it points now and clear that, or null the names of all tables without a request, which Microsoft does not document.',
  }),
  key: listOf(text({ doc: 'A column.' }), {
    default: [],
    doc: 'Columns by which a row is found when it has to be read and its primary key is not in it.',
  }),
  readOnlyColumns: oneOf(dropOrRefuse, {
    default: 'refuse',
    doc: 'Columns that nobody can write: refuse the row, or leave-out the column.',
  }),
  unknownColumns: oneOf(dropOrRefuse, {
    default: 'refuse',
    doc: 'Columns that the table does not have: refuse the row, or leave-out the column.',
  }),
  ...valueOptions,
  noNumber: oneOf(['leave', 'clear'], {
    default: 'leave',
    doc: 'What null and empty text do in a column that the service numbers: leave does not send them, because a new row that says null gets no number; clear sends null. Set clear for rows that only update.',
  }),
})

export type RowTranslatorOptions = OptionsInput<typeof options.spec>

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
  input: RowTranslatorOptions,
): RowTranslator {
  const parsed = options.parse(input)
  checkTableName(parsed.table)
  const settings: Settings = {
    ...parsed,
    resolver: parsed.resolver ?? createKeyResolver(client),
    rules: toValueRules(parsed, parsed.noNumber),
  }
  const { metadata } = settings.resolver

  async function toWireRows(source: Iterable<SourceRow>, given: CallOptions = {}): Promise<TranslatedRow[]> {
    given.signal?.throwIfAborted()
    const call = callForMany(given)
    const rows = [...source]
    const table = await metadata.table(parsed.table, call)
    const places = createPlaces(table)
    const details = await readRowDetails(metadata, parsed.table, rows, places, call)
    const targets =
      settings.polymorphicNull === 'read'
        ? await readCurrentTargets(settings.resolver, table, rows, parsed.key, call)
        : []
    const context: Context = { ...settings, table, places, details, call }
    return Promise.all(rows.map((row, index) => translate(context, row, targets[index])))
  }

  return {
    toWireRows,
    async toWireRow(row, call) {
      const [translated] = await toWireRows([row], call)
      if (translated === undefined) throw new Error('a row was translated to nothing')
      return translated
    },
  }
}

interface Settings {
  readonly resolver: KeyResolver
  readonly references: 'bind' | 'resolve'
  readonly polymorphicNull: 'read' | 'all'
  readonly readOnlyColumns: 'refuse' | 'leave-out'
  readonly unknownColumns: 'refuse' | 'leave-out'
  readonly rules: ValueRules
}

interface Context extends Settings {
  readonly table: TableMetadata
  readonly places: Places
  readonly details: RowDetails
  readonly call: CallOptions
}

const unknownTarget: CurrentTargets = () => 'unknown'

function translate(
  context: Context,
  row: SourceRow,
  currentTarget: CurrentTargets = unknownTarget,
): TranslatedRow | Promise<TranslatedRow> {
  const wire: Record<string, unknown> = {}
  const problems: ColumnProblem[] = []
  const status: Record<string, unknown> = {}
  const pending: Promise<void>[] = []
  const settle = (column: string, outcome: Cells): void => {
    if ('cells' in outcome) {
      Object.assign(wire, outcome.cells)
      return
    }
    const { problem, ...rest } = outcome
    problems.push({ column, message: problem, ...rest })
  }
  for (const name of Object.keys(row)) {
    const given = row[name]
    if (given === undefined) continue
    const place = context.places(name)
    const value = emptyReference(context, place, given)
    if (value === undefined) continue
    if (place.kind === 'status') status[place.member] = value
    else if (place.kind !== 'lookup') settle(name, toCells(context, place, name, value))
    else {
      const annotated = row[place.annotation]
      const annotatedTable = typeof annotated === 'string' ? annotated : undefined
      const cells = toLookupCells(place.column, value, { ...context, currentTarget, annotatedTable })
      pending.push(cells.then((outcome) => settle(name, outcome)))
    }
  }
  const [member] = Object.keys(status)
  if (member !== undefined) settle(member, statusCells(context, status))
  const finish = (): TranslatedRow => toTranslatedRow(context.table.logicalName, wire, problems)
  return pending.length === 0 ? finish() : Promise.all(pending).then(finish)
}

/** Empty text where a reference or a state is wanted goes by the rule for empty text as well. */
function emptyReference({ rules }: Context, place: Place, value: unknown): unknown {
  if (value !== '' || (place.kind !== 'lookup' && place.kind !== 'status')) return value
  const way = rules.emptyText(place.kind === 'lookup' ? place.column.logicalName : place.member)
  if (way === 'skip') return undefined
  return way === 'null' ? null : value
}

function statusCells({ details }: Context, input: StatusInput): Cells {
  if (Object.values(input).includes(null)) {
    return { problem: 'state and status cannot be cleared', reason: 'wrong-value' }
  }
  const pair = toStatusPair(input, details)
  return 'problem' in pair
    ? { problem: pair.problem, reason: pair.reason ?? 'wrong-value' }
    : { cells: { ...pair.value } }
}

function toCells(
  context: Context,
  place: Exclude<Place, { readonly kind: 'status' | 'lookup' }>,
  name: string,
  value: unknown,
): Cells {
  switch (place.kind) {
    case 'bound':
      return { cells: { [name]: value } }
    case 'annotation':
      return { cells: {} }
    case 'unknown':
      return unknownColumn(context, name)
    case 'read-only':
      return readOnly(context, place.column)
    case 'value': {
      const { column } = place
      const translated = toColumnValue(column, value, context.details.of(column), context.rules)
      return 'problem' in translated
        ? { problem: translated.problem, reason: translated.reason ?? 'wrong-value' }
        : { cells: translated.value === undefined ? {} : { [column.logicalName]: translated.value } }
    }
  }
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
