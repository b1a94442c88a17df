import type { HttpMethod } from '@deltaverse/client'
import { formatPrefer } from '@deltaverse/protocol'
import { bodyText, type Columns, columnsOf, type PendingRow } from './pending-row.js'
import type { RunPlan } from './prepare-row.js'
import { pathOfRow } from './row-address.js'
import { keyValues } from './row-result.js'
import type { WriteStatus } from './write-result.js'

/** One row's request, alone or as a part of a batch. */
export interface WireCall {
  readonly method: HttpMethod
  /** Relative to the service root. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  /** What a success means; a representation tells more (201 created, 200 updated). */
  readonly status: WriteStatus
}

/** Which request of a row it is: its first, or one that follows. */
export type WriteStep = { readonly kind: 'first' } | { readonly kind: 'follow-up'; readonly at: number }

/** Makes the request that writes a row. */
export function toWireCall(plan: RunPlan, row: PendingRow, step: WriteStep): WireCall {
  const kind = kindOf(plan, row, step)
  const representation = plan.options.returnIds && step.kind === 'first' && kind !== 'delete'
  return {
    method: methods[kind],
    path: pathOf(plan, row, kind) + searchOf(plan, representation),
    headers: headersOf(plan, ifMatchOf(row, step, kind), representation),
    body: bodyOf(plan, row, step, kind),
    status: statuses[kind],
  }
}

/** What a success of a row's request means. */
export function statusOf(plan: RunPlan, row: PendingRow, step: WriteStep): WriteStatus {
  return statuses[kindOf(plan, row, step)]
}

type CallKind = 'create' | 'update' | 'upsert' | 'delete'

const methods = { create: 'POST', update: 'PATCH', upsert: 'PATCH', delete: 'DELETE' } as const
const statuses = { create: 'created', update: 'updated', upsert: 'upserted', delete: 'deleted' } as const

function kindOf({ options }: RunPlan, row: PendingRow, step: WriteStep): CallKind {
  if (step.kind === 'follow-up') return 'update'
  switch (options.operation) {
    case 'deactivate':
      return 'update'
    case 'upsert':
      if (row.known === 'exists') return 'update'
      return isOwnCreate(row) ? 'create' : 'upsert'
    default:
      return options.operation
  }
}

/** A create is a POST that can be repeated, because it names the row that it makes. */
function pathOf(plan: RunPlan, row: PendingRow, kind: CallKind): string {
  if (kind === 'create') return plan.table.entitySetName
  return pathOfRow(plan, row)
}

function bodyOf(plan: RunPlan, row: PendingRow, step: WriteStep, kind: CallKind): string | undefined {
  if (step.kind === 'follow-up') return JSON.stringify(row.followUps[step.at])
  if (kind === 'delete') return undefined
  if (kind === 'create') return JSON.stringify(toCreateColumns(plan, row))
  return bodyText(row) ?? JSON.stringify(row.columns)
}

function ifMatchOf(row: PendingRow, step: WriteStep, kind: CallKind): string | undefined {
  if (kind === 'create') return undefined
  if (step.kind === 'follow-up') return '*'
  // Without If-Match a PATCH would create a row that is not there (Microsoft Learn: Update and delete table rows).
  return row.etag ?? (kind === 'update' ? '*' : undefined)
}

function searchOf({ options, table }: RunPlan, representation: boolean): string {
  const { tag } = options.service
  if (!representation) return tag === undefined ? '' : `?tag=${encodeURIComponent(tag)}`
  const select = `?$select=${table.primaryIdColumn}`
  return tag === undefined ? select : `${select}&tag=${encodeURIComponent(tag)}`
}

function headersOf(
  { options }: RunPlan,
  ifMatch: string | undefined,
  representation: boolean,
): Readonly<Record<string, string>> {
  const { headers } = options.service
  if (ifMatch === undefined && !representation) return headers
  return {
    ...headers,
    ...(ifMatch === undefined ? {} : { 'If-Match': ifMatch }),
    ...(representation ? { Prefer: formatPrefer({ returnRepresentation: true })! } : {}),
  }
}

/** Everything that a new row needs: its own id, and the key that no address names. */
export function toCreateColumns({ table, key, options }: RunPlan, row: PendingRow): Columns {
  const fromKey: Record<string, unknown> = {}
  if (options.operation !== 'create' || options.keyOf !== undefined) {
    const values = keyValues({ key, table }, row.keyed)
    for (const { column, given, names } of key?.columns ?? []) {
      const value = values[given]
      // A look-up is written by its bind, which the row then has to hold.
      const bind = names.find((name) => name.endsWith('@odata.bind') && row.merged[name] !== undefined)
      if (bind !== undefined) fromKey[bind] = row.merged[bind]
      else fromKey[column.logicalName] = column.kind === 'text' ? String(value) : value
    }
  }
  return { ...fromKey, ...columnsOf(row), [table.primaryIdColumn]: row.id! }
}

/** Whether a row of an upsert is created by POST: its key cannot stand in an address, and no row has it yet. */
export function isOwnCreate(row: PendingRow): boolean {
  return row.unaddressable && row.known === 'absent'
}
