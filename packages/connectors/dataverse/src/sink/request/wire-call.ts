import { formatPrefer } from '@deltaverse/protocol'
import { formatExactJson } from '@deltaverse/schema'
import { isLeftToService, type KeyColumn, toKeyLiteral, toWireNumber } from '@deltaverse/values'
import type { Columns } from '../plan/columns.js'
import { keyValues } from '../plan/key-values.js'
import type { WireCall } from '../plan/request-calls.js'
import type { RunPlan } from '../plan/run-plan.js'
import type { WriteStep } from '../plan/write-step.js'
import type { WriteStatus } from '../result/write-result.js'
import { onlyParties, partiesName } from '../row/party-columns.js'
import type { PendingRow } from '../row/pending-row.js'
import { pathOfRow } from '../row/row-address.js'
import {
  bodyText,
  columnsOf,
  contentOf,
  hasRaced,
  idOf,
  isUncertain,
  locatedOf,
  ownIdOf,
} from '../row/row-facts.js'

/** Makes the request that writes a row. */
export function toWireCall(plan: RunPlan, row: PendingRow, step: WriteStep): WireCall {
  if (plan.calls !== undefined) return plan.calls.callOf(row)
  const kind = kindOf(plan, row, step)
  const parties = kind === 'create' ? undefined : onlyParties(plan.table, columnsOfStep(row, step))
  if (parties !== undefined) return toPartiesCall(plan, row, parties)
  const asked = plan.options.returnIds || needsIdOf(plan, row)
  const representation = asked && step.kind === 'first' && kind !== 'delete'
  return {
    method: methods[kind],
    path: pathOf(plan, row, kind) + searchOf(plan, representation),
    headers: headersOf(plan, conditionOf(row, step, kind), representation),
    body: bodyOf(plan, row, step, kind),
    status: statuses[kind],
  }
}

/** Replaces the parties of an activity, all of them (Microsoft Learn: ActivityParty entity). */
function toPartiesCall(plan: RunPlan, row: PendingRow, parties: readonly unknown[]): WireCall {
  return {
    method: 'PUT',
    path: `${pathOfRow(plan, row)}/${partiesName(plan.table)}${searchOf(plan, false)}`,
    headers: plan.options.service.headers,
    body: formatExactJson({ value: parties }),
    status: 'updated',
  }
}

function columnsOfStep(row: PendingRow, step: WriteStep): Columns | undefined {
  const { columns, followUps } = contentOf(row)
  return step.kind === 'first' ? columns : followUps[step.at]
}

/** Whether the GUID of a row has to be told, because its parties are addressed by it: nothing else is documented. */
export function needsIdOf({ table }: Pick<RunPlan, 'table'>, row: PendingRow): boolean {
  return (
    idOf(row) === undefined &&
    contentOf(row).followUps.some((columns) => onlyParties(table, columns) !== undefined)
  )
}

/** What a success of a row's request means. */
export function statusOf(plan: RunPlan, row: PendingRow, step: WriteStep): WriteStatus {
  if (plan.calls !== undefined) return plan.calls.callOf(row).status
  return statuses[kindOf(plan, row, step)]
}

/** `insert` is an upsert of a row that was looked for and is not there: it fails where the row came into being meanwhile. */
type CallKind = 'create' | 'insert' | 'update' | 'upsert' | 'delete'

const methods = {
  create: 'POST',
  insert: 'PATCH',
  update: 'PATCH',
  upsert: 'PATCH',
  delete: 'DELETE',
} as const
const statuses = {
  create: 'created',
  insert: 'created',
  update: 'updated',
  upsert: 'upserted',
  delete: 'deleted',
} as const

function kindOf({ options }: RunPlan, row: PendingRow, step: WriteStep): CallKind {
  if (step.kind === 'follow-up') return 'update'
  switch (options.operation) {
    case 'deactivate':
      return 'update'
    case 'upsert':
      if (locatedOf(row).kind === 'present' || row.etag !== undefined) return 'update'
      if (isOwnCreate(row)) return 'create'
      return isSurelyNew(row) ? 'insert' : 'upsert'
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
  if (step.kind === 'follow-up') return formatExactJson(contentOf(row).followUps[step.at])
  if (kind === 'delete') return undefined
  if (kind === 'create') return formatExactJson(toCreateColumns(plan, row))
  return bodyText(row) ?? formatExactJson(contentOf(row).columns)
}

/** Whether a row is not there and no request of ours can have made it: then who creates it is the one that is told so. */
function isSurelyNew(row: PendingRow): boolean {
  return locatedOf(row).kind === 'absent' && !hasRaced(row) && !isUncertain(row)
}

type Condition = Readonly<Record<string, string>> | undefined

// Without If-Match a PATCH creates a row that is not there, with If-None-Match it does nothing else (Microsoft Learn: Perform
// conditional operations using the Web API).
const mustExist: Condition = { 'If-Match': '*' }
const mustNotExist: Condition = { 'If-None-Match': '*' }

function conditionOf(row: PendingRow, step: WriteStep, kind: CallKind): Condition {
  if (step.kind === 'follow-up') return mustExist
  if (kind === 'create') return undefined
  if (row.etag !== undefined) return { 'If-Match': row.etag }
  if (kind === 'insert') return mustNotExist
  return kind === 'update' ? mustExist : undefined
}

function searchOf({ options, table }: RunPlan, representation: boolean): string {
  const { tag } = options.service
  if (!representation) return tag === undefined ? '' : `?tag=${encodeURIComponent(tag)}`
  const select = `?$select=${[table.primaryIdColumn, ...options.returnColumns].join(',')}`
  return tag === undefined ? select : `${select}&tag=${encodeURIComponent(tag)}`
}

function headersOf(
  { options }: RunPlan,
  condition: Condition,
  representation: boolean,
): Readonly<Record<string, string>> {
  const { headers } = options.service
  if (condition === undefined && !representation) return headers
  return {
    ...headers,
    ...condition,
    ...(representation ? { Prefer: returnRepresentation } : {}),
  }
}

const returnRepresentation = formatPrefer({ returnRepresentation: true }) ?? ''

/** Everything that a new row needs: its own id, and the key that no address names. */
export function toCreateColumns({ table, key, options }: RunPlan, row: PendingRow): Columns {
  const fromKey: Record<string, unknown> = {}
  if (options.operation !== 'create' || options.keyOf !== undefined) {
    const values = keyValues({ key, table }, row.keyed)
    for (const keyColumn of key?.columns ?? []) {
      const { column, given, names } = keyColumn
      // A look-up is written by its bind, which the row then has to hold.
      const bind = names.find((name) => name.endsWith('@odata.bind') && row.merged[name] !== undefined)
      if (bind !== undefined) fromKey[bind] = row.merged[bind]
      else if (values[given] !== null || !isLeftToService(column, options.values))
        fromKey[column.logicalName] = toBodyValue(keyColumn, values[given])
    }
  }
  return { ...fromKey, ...columnsOf(row), [table.primaryIdColumn]: ownIdOf(row) }
}

/** A part of a key as bodies take it: typed like its column, though it may have come as text. */
function toBodyValue({ column, dateBehavior }: KeyColumn, given: unknown): unknown {
  const typed = toKeyLiteral(column.kind, given, dateBehavior)
  if ('problem' in typed) return given
  const { kind, text } = typed.literal
  return kind === 'bare' && /^-?\d+(?:\.\d+)?$/.test(text) ? toWireNumber(text) : text
}

/** Whether a row of an upsert is created by POST: its key cannot stand in an address, and no row has it yet. */
export function isOwnCreate(row: PendingRow): boolean {
  return row.unaddressable && locatedOf(row).kind === 'absent'
}
