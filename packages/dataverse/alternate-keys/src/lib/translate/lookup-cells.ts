import type { CallOptions } from '@deltaverse/core'
import type { ColumnMetadata, LookupTarget, TableMetadata } from '@deltaverse/metadata'
import { isGuidText } from '@deltaverse/protocol'
import { describeRef, describeValue, isNoRef, isRef, type RowRef, ref } from '@deltaverse/values'
import { addressById } from '../resolve/key-address.js'
import type { KeyResolver } from '../resolve/key-resolver.js'
import type { KeyAddress } from '../resolve/key-results.js'
import type { CellProblem, Cells } from './row-translation.js'

/** How references are written. */
export interface LookupContext {
  readonly table: TableMetadata
  readonly resolver: KeyResolver
  readonly references: 'bind' | 'resolve'
  readonly polymorphicNull: 'read' | 'all'
  /** The table that a lookup of this row points at now; `undefined` when it is empty, `unknown` when nobody can tell. */
  readonly currentTarget: (column: string) => string | 'unknown' | undefined
  /** `Microsoft.Dynamics.CRM.lookuplogicalname` of the column, where the row came from the Web API. */
  readonly annotatedTable: string | undefined
  readonly call: CallOptions
}

/**
 * The members that set or clear a lookup: `nav@odata.bind` under the navigation property that belongs to the target
 * (Microsoft Learn: Multi-table lookups; Associate and disassociate table rows).
 */
export async function toLookupCells(
  column: ColumnMetadata,
  value: unknown,
  context: LookupContext,
): Promise<Cells> {
  const [first] = column.targets
  if (first === undefined) {
    return {
      problem: 'the lookup has no navigation property that can be bound',
      reason: 'read-only',
    }
  }
  if (value === null) return clearCells(column, first, context)
  if (isNoRef(value)) {
    const target = column.targets.find(({ table }) => table === value.table)
    return target === undefined || column.kind === 'owner'
      ? wrongTable(column, value.table)
      : { cells: { [`${target.navigationProperty}@odata.bind`]: null } }
  }
  const reference = toRef(column, first, value, context.annotatedTable)
  if ('problem' in reference) return reference
  return bindCells(column, reference, context)
}

function toRef(
  column: ColumnMetadata,
  first: LookupTarget,
  value: unknown,
  annotated: string | undefined,
): RowRef | CellProblem {
  if (isRef(value)) return value
  if (!isGuidText(value)) {
    return {
      problem: `${describeValue(value)} is no reference: give ref('${first.table}', …), a GUID or null`,
      reason: 'wrong-value',
    }
  }
  const tables = tablesOf(column)
  const table = annotated ?? (tables.length === 1 ? tables[0] : undefined)
  if (table !== undefined) return ref(table, value)
  return {
    problem: `a GUID alone does not say which table it belongs to: give ref('${tables.join(`', …) or ref('`)}', …)`,
    reason: 'wrong-table',
  }
}

function tablesOf({ targets }: ColumnMetadata): string[] {
  return [...new Set(targets.map(({ table }) => table))]
}

function wrongTable(column: ColumnMetadata, table: string): Cells {
  return {
    problem: `the lookup cannot point at table '${table}', only at ${tablesOf(column).join(', ')}`,
    reason: 'wrong-table',
  }
}

async function bindCells(column: ColumnMetadata, target: RowRef, context: LookupContext): Promise<Cells> {
  const way = column.targets.find(({ table }) => table === target.table)
  if (way === undefined) return wrongTable(column, target.table)
  const address = await addressOf(target, context)
  switch (address.status) {
    case 'by-key':
    case 'by-id':
      return { cells: { [`${way.navigationProperty}@odata.bind`]: address.reference } }
    case 'missing':
      return {
        problem: `there is no row ${describeRef(target.table, target.key)}`,
        reason: 'missing-target',
        target,
      }
    case 'ambiguous':
      return {
        problem: `${address.ids.length} rows answer to ${describeRef(target.table, target.key)}`,
        reason: 'ambiguous-target',
        target,
      }
    case 'invalid':
      return { problem: address.error.message.replace(/\.$/, ''), reason: 'invalid-key', target }
  }
}

async function addressOf(target: RowRef, context: LookupContext): Promise<KeyAddress> {
  const { resolver, references, call } = context
  if (references === 'bind') return resolver.address(target.table, target.key, call)
  const found = await resolver.resolve(target.table, target.key, call)
  if (found.status !== 'found') return found
  const table = await resolver.metadata.table(target.table, call)
  return { ...addressById(table, found.id), status: 'by-id', key: target.key, id: found.id }
}

function clearCells(column: ColumnMetadata, first: LookupTarget, context: LookupContext): Cells {
  if (column.kind === 'owner')
    return { problem: 'a row always has an owner: name a user or team', reason: 'wrong-value' }
  const names = [...new Set(column.targets.map(({ navigationProperty }) => navigationProperty))]
  if (names.length === 1 || context.polymorphicNull === 'all') return { cells: nullsFor(names) }
  const current = context.currentTarget(column.logicalName)
  if (current === undefined) return { cells: {} }
  const way: LookupTarget | undefined = column.targets.find(({ table }) => table === current)
  if (way !== undefined) return { cells: { [`${way.navigationProperty}@odata.bind`]: null } }
  return {
    problem:
      `a lookup at several tables is cleared under the name of the table that it points at now, which is not known: ` +
      `give noRef('${first.table}'), or name the row by its primary key or the columns of the option key`,
    reason: 'wrong-value',
  }
}

function nullsFor(names: readonly string[]): Record<string, null> {
  return Object.fromEntries(names.map((name) => [`${name}@odata.bind`, null]))
}
