import type { HttpMethod } from '@deltaverse/client'
import { formatPrefer, formatRowPath } from '@deltaverse/protocol'
import type { Columns, PendingRow } from './pending-row.js'
import type { RunPlan } from './prepare-row.js'
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
  const { options } = plan
  const call = describeCall(plan, row, step)
  const representation = options.returnIds && step.kind === 'first' && call.method !== 'DELETE'
  const body = call.columns === undefined ? undefined : JSON.stringify(call.columns)
  return {
    method: call.method,
    path: call.path + searchOf(plan, representation),
    headers: headersOf(plan, call.ifMatch, representation),
    body,
    status: call.status,
  }
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

interface CallShape {
  readonly method: HttpMethod
  readonly path: string
  readonly ifMatch?: string | undefined
  readonly columns?: Columns
  readonly status: WriteStatus
}

function describeCall(plan: RunPlan, row: PendingRow, step: WriteStep): CallShape {
  const { operation } = plan.options
  const path = addressOf(plan, row)
  // Without If-Match a PATCH would create a row that is not there (Microsoft Learn: Update and delete table rows).
  if (step.kind === 'follow-up') {
    return { method: 'PATCH', path, ifMatch: '*', columns: row.followUps[step.at]!, status: 'updated' }
  }
  switch (operation) {
    case 'delete':
      return { method: 'DELETE', path, ifMatch: row.etag, status: 'deleted' }
    case 'create':
      return createCall(plan, row)
    case 'update':
    case 'deactivate':
      return { method: 'PATCH', path, ifMatch: row.etag ?? '*', columns: row.columns, status: 'updated' }
    case 'upsert':
      if (row.known === 'exists') {
        return { method: 'PATCH', path, ifMatch: row.etag ?? '*', columns: row.columns, status: 'updated' }
      }
      if (isOwnCreate(row)) return createCall(plan, row)
      return { method: 'PATCH', path, ifMatch: row.etag, columns: row.columns, status: 'upserted' }
  }
}

/** A POST that can be repeated, because it names the row that it makes. */
function createCall(plan: RunPlan, row: PendingRow): CallShape {
  return {
    method: 'POST',
    path: plan.table.entitySetName,
    columns: toCreateColumns(plan, row),
    status: 'created',
  }
}

/** Everything that a new row needs: its own id, and the key that no address names. */
export function toCreateColumns({ table, key, options }: RunPlan, row: PendingRow): Columns {
  const fromKey: Record<string, unknown> = {}
  if (options.operation !== 'create' || options.keyOf !== undefined) {
    for (const { column, given, names } of key?.columns ?? []) {
      const value = row.key[given]
      // A look-up is written by its bind, which the row then has to hold.
      const bind = names.find((name) => name.endsWith('@odata.bind') && row.merged[name] !== undefined)
      if (bind !== undefined) fromKey[bind] = row.merged[bind]
      else fromKey[column.logicalName] = column.kind === 'text' ? String(value) : value
    }
  }
  return { ...fromKey, ...row.columns, [table.primaryIdColumn]: row.id! }
}

/** Whether a row of an upsert is created by POST: its key cannot stand in an address, and no row has it yet. */
export function isOwnCreate(row: PendingRow): boolean {
  return row.unaddressable && row.known === 'absent'
}

/** The row's address. A GUID is shorter, and takes every character of a key. */
function addressOf({ table }: RunPlan, row: PendingRow): string {
  return formatRowPath(table.entitySetName, row.id === undefined ? row.parts! : row.id)
}
