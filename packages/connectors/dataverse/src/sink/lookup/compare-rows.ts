import type { Row } from '@deltaverse/core'
import type { ColumnDetail, DetailedKind } from '@deltaverse/metadata'
import { parseRowReference } from '@deltaverse/protocol'
import { sameAsStored, sameReference } from '@deltaverse/values'
import type { RunContext } from '../plan/run-context.js'
import type { RunPlan } from '../plan/run-plan.js'
import type { WriterColumn } from '../plan/table-port.js'
import { partiesName } from '../row/party-columns.js'
import type { PendingRow } from '../row/pending-row.js'
import { allColumns, columnsOf } from '../row/row-facts.js'
import { findPartyIds, type PartyIds, partyColumns, sameParties } from './compare-parties.js'
import { type ReadColumns, readByKey } from './read-by-key.js'

/** How a row compares with the table. */
export type Comparison =
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'exists'
      readonly id: string
      /** Names, as the row gives them, of what differs. */
      readonly changed: readonly string[]
      /** The row as the table holds it, as far as it was read. */
      readonly stored: Row
    }

/** Reads what the table holds of some rows, and compares. */
export async function compareRows(
  context: RunContext,
  rows: readonly PendingRow[],
): Promise<ReadonlyMap<PendingRow, Comparison>> {
  const binds = bindsOf(context.plan)
  const partyIds = await findPartyIds(context, rows)
  const details = await readDetails(context.plan, rows)
  const stored = await readByKey(context, rows, columnsToRead(context.plan, rows, binds))
  return new Map(
    rows.map((row): [PendingRow, Comparison] => {
      const found = stored.get(row)
      if (found === undefined) return [row, { kind: 'absent' }]
      const id = String(found[context.plan.table.primaryIdColumn]).toLowerCase()
      const changed = changedNames(context.plan, row, found, { binds, details, partyIds })
      return [row, { kind: 'exists', id, changed, stored: found }]
    }),
  )
}

/** Lookup columns by the name of their binds. */
export function bindsOf({ table }: Pick<RunPlan, 'table'>): ReadonlyMap<string, WriterColumn> {
  const binds = new Map<string, WriterColumn>()
  for (const column of table.columns.values()) {
    for (const { navigationProperty } of column.targets) binds.set(`${navigationProperty}@odata.bind`, column)
  }
  return binds
}

async function readDetails(
  { table, metadata }: RunPlan,
  rows: readonly PendingRow[],
): Promise<ReadonlyMap<string, ColumnDetail>> {
  const kinds = new Set<DetailedKind>()
  for (const row of rows) {
    for (const name of Object.keys(columnsOf(row))) {
      const kind = table.columns.get(name)?.kind
      if (kind === 'date' || kind === 'decimal' || kind === 'money' || kind === 'double') kinds.add(kind)
    }
  }
  const all = await Promise.all([...kinds].map((kind) => metadata.details(table.logicalName, kind)))
  return new Map(all.flatMap((details) => [...details]))
}

function columnsToRead(
  { table }: RunPlan,
  rows: readonly PendingRow[],
  binds: ReadonlyMap<string, WriterColumn>,
): ReadColumns {
  const select = new Set<string>()
  const expand = new Map<string, Set<string>>()
  const parties = partiesName(table)
  for (const row of rows) {
    for (const [name, value] of Object.entries(allColumns(row))) {
      const lookup = binds.get(name)
      if (lookup !== undefined) {
        select.add(`_${lookup.logicalName}_value`)
        const key = typeof value === 'string' ? parseRowReference(value)?.key : undefined
        if (typeof key !== 'object' || key.some((part) => part.name.startsWith('_'))) continue
        const navigation = name.slice(0, -'@odata.bind'.length)
        const names = expand.get(navigation) ?? new Set()
        for (const part of key) names.add(part.name)
        expand.set(navigation, names)
      } else if (isReadable(table.columns.get(name))) select.add(name)
    }
  }
  return {
    select: [...select],
    expand: [
      ...[...expand].map(([navigation, names]) => `${navigation}($select=${[...names].join(',')})`),
      ...(rows.some((row) => parties in allColumns(row)) ? [`${parties}($select=${partyColumns})`] : []),
    ],
  }
}

/** Not in rows for certain, or not as they are written. */
const unreadable: ReadonlySet<string> = new Set(['image', 'file', 'entity-name', 'managed-property', 'other'])

function isReadable(column: WriterColumn | undefined): boolean {
  return column !== undefined && !unreadable.has(column.kind)
}

/** What comparing rows needs to know besides them. */
interface Known {
  readonly binds: ReadonlyMap<string, WriterColumn>
  readonly details: ReadonlyMap<string, ColumnDetail>
  readonly partyIds: PartyIds
}

function changedNames(
  { table }: RunPlan,
  row: PendingRow,
  stored: Row,
  { binds, details, partyIds }: Known,
): string[] {
  const parties = partiesName(table)
  return Object.entries(allColumns(row)).flatMap(([name, value]) => {
    if (name === parties) return sameParties(value, stored[name], partyIds) ? [] : [name]
    const lookup = binds.get(name)
    if (lookup !== undefined) return sameBind(name, value, lookup, stored) ? [] : [name]
    const column = table.columns.get(name)
    if (column === undefined || !isReadable(column)) return [name]
    return sameAsStored(column, details.get(name), value, stored[name]) ? [] : [name]
  })
}

function sameBind(name: string, value: unknown, lookup: WriterColumn, stored: Row): boolean {
  if (sameReference(value, stored[`_${lookup.logicalName}_value`])) return true
  // A bind by alternate key: the row pointed at was read along with its key.
  const key = typeof value === 'string' ? parseRowReference(value)?.key : undefined
  const target = stored[name.slice(0, -'@odata.bind'.length)]
  if (typeof key !== 'object' || typeof target !== 'object' || target === null) return false
  return key.every(
    (part) => String((target as Row)[part.name]).toLowerCase() === part.value.text.toLowerCase(),
  )
}
