import { createHash } from 'node:crypto'
import { type CallOptions, DataverseError, type Row } from '@deltaverse/core'
import {
  type ChoiceColumn,
  type MetadataReader,
  readChoiceColumns,
  rowMemberOf,
  type TableMetadata,
} from '@deltaverse/metadata'
import type { ColumnSchema } from '@deltaverse/schema'

/** What a feed writes beside the values of its rows. */
export interface LabelOptions {
  readonly labels: boolean
  readonly lookups: 'ids' | 'tables' | 'names'
  /** Members that are read; all when it is absent. */
  readonly select?: readonly string[] | undefined
}

/** Of each option that has a label, a few digits that change with it: by column, then by value. */
export type LabelPrints = Readonly<Record<string, Readonly<Record<string, string>>>>

/** What is written beside the values of the rows of one table. */
export interface RowLabels {
  /** The members to add to a row. A value without a label, and no value, have null beside them. */
  of(row: Row): Row
  /** What a checkpoint remembers, so that a label that is renamed is noticed. */
  readonly prints: LabelPrints
  readonly lookups: LabelOptions['lookups']
  /** Columns for the members, where the rows have the column that they stand beside. */
  columns(members: ReadonlySet<string>): readonly ColumnSchema[]
}

interface LookupColumn {
  readonly name: string
  /** The table that it points at, where there is but one. */
  readonly table: string | undefined
}

const tableAnnotation = '@Microsoft.Dynamics.CRM.lookuplogicalname'
const nameAnnotation = '@OData.Community.Display.V1.FormattedValue'

/** Annotations that tell of each look-up which table it points at, and what its row is called. */
export const lookupAnnotations: readonly string[] = [tableAnnotation, nameAnnotation].map((name) =>
  name.slice(1),
)

/**
 * Learns what to write beside the values, from the table's definition: annotations have been seen to cost change tracking, and
 * are left to look-ups that cannot do without.
 *
 * @throws DataverseError `bad-request` where the table has a column of its own under a name that is needed
 */
export async function readRowLabels(
  metadata: Pick<MetadataReader, 'tableOfSet' | 'details'>,
  entitySet: string,
  options: LabelOptions,
  call: CallOptions,
): Promise<RowLabels> {
  const table = await metadata.tableOfSet(entitySet, call)
  const isRead = (member: string): boolean => options.select?.includes(member) ?? true
  const all = options.labels ? await readChoiceColumns(metadata, table, call) : []
  const choices = all.filter(({ logicalName }) => isRead(logicalName))
  const found = options.lookups === 'ids' ? [] : lookupsOf(table, options.lookups)
  const lookups = found.filter(({ name }) => isRead(lookupMember(name)))
  const labelOf = new Map(choices.map((column) => [column.logicalName, labelsOf(column)]))
  for (const name of [...labelOf.keys(), ...lookups.map(({ name }) => name)]) requireFree(table, name)

  function of(row: Row): Row {
    const added: Record<string, unknown> = {}
    for (const [name, labels] of labelOf) {
      if (name in row) added[labelMember(name)] = labelFor(row[name], labels)
    }
    for (const { name, table: only } of lookups) {
      const member = lookupMember(name)
      if (!(member in row)) continue
      const isEmpty = row[member] === null
      added[tableMember(name)] = isEmpty ? null : (row[`${member}${tableAnnotation}`] ?? only ?? null)
      if (options.lookups === 'names') added[labelMember(name)] = row[`${member}${nameAnnotation}`] ?? null
    }
    return added
  }

  return {
    of,
    prints: Object.fromEntries(choices.map((column) => [column.logicalName, printsOf(column)])),
    lookups: options.lookups,
    columns(members) {
      const text = (name: string): ColumnSchema => ({
        name,
        type: { kind: 'text' },
        nullable: true,
        optional: true,
      })
      const ofChoices = [...labelOf.keys()].filter((name) => members.has(name)).map(labelMember)
      const ofLookups = lookups
        .filter(({ name }) => members.has(lookupMember(name)))
        .flatMap(({ name }) => [
          tableMember(name),
          ...(options.lookups === 'names' ? [labelMember(name)] : []),
        ])
      return [...ofChoices, ...ofLookups].map(text)
    },
  }
}

/** Whether a label of before reads otherwise now, or a column had none. What was added since is in no row of before. */
export function areRenamed(before: LabelPrints | undefined, { prints }: Pick<RowLabels, 'prints'>): boolean {
  return Object.entries(prints).some(([column, options]) => {
    const old = before?.[column]
    return old === undefined || Object.entries(old).some(([value, print]) => options[value] !== print)
  })
}

function labelMember(column: string): string {
  return `${column}_label`
}

// As Synapse Link calls it.
function tableMember(column: string): string {
  return `${column}_entitytype`
}

function lookupMember(logicalName: string): string {
  return rowMemberOf({ kind: 'lookup', logicalName })
}

function lookupsOf({ columns }: TableMetadata, wanted: 'tables' | 'names'): readonly LookupColumn[] {
  return [...columns.values()].flatMap(({ kind, logicalName: name, targets }) => {
    if (kind !== 'lookup' && kind !== 'owner') return []
    const tables = new Set(targets.map(({ table }) => table))
    const [only] = tables
    const table = tables.size === 1 ? only : undefined
    return table === undefined && wanted === 'tables' ? [] : [{ name, table }]
  })
}

function labelsOf({ options }: ChoiceColumn): ReadonlyMap<string, string> {
  return new Map(options.map(({ value, label }) => [String(value), label]))
}

/** Of several choices, each label in turn, as the service itself joins them. */
function labelFor(value: unknown, labels: ReadonlyMap<string, string>): string | null {
  if (value === null || value === undefined) return null
  if (typeof value === 'boolean') return labels.get(value ? '1' : '0') ?? null
  const texts = String(value)
    .split(',')
    .map((one) => labels.get(one.trim()))
  return texts.every((text) => text !== undefined) ? texts.join('; ') : null
}

function printsOf({ options }: ChoiceColumn): Readonly<Record<string, string>> {
  const print = (label: string): string => createHash('sha256').update(label).digest('hex').slice(0, 8)
  return Object.fromEntries(options.map(({ value, label }) => [String(value), print(label)]))
}

function requireFree({ logicalName, columns }: TableMetadata, column: string): void {
  const taken = [labelMember(column), tableMember(column)].find((name) => columns.has(name))
  if (taken === undefined) return
  throw new DataverseError(
    `the table ${logicalName} has a column '${taken}' of its own, where the label of '${column}' would stand. Read it without labels, and keep its labels as a table: createLabelSource()`,
    { code: 'bad-request' },
  )
}
