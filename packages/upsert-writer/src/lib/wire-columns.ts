import { DataverseError, type Row } from '@deltaverse/contract'
import type { Columns } from './pending-row.js'
import type { RunPlan } from './prepare-row.js'
import type { WriterColumn } from './table-port.js'

/** What of a row goes into its first request, and what into those that follow. */
export interface WireColumns {
  readonly columns: Columns
  readonly followUps: readonly Columns[]
}

/** Turns a row into the columns of its requests. @throws DataverseError `bad-input` for what can never be written */
export function toWireColumns(plan: RunPlan, row: Row): WireColumns {
  const { operation, inactiveState } = plan.options
  if (operation === 'delete') return { columns: {}, followUps: [] }
  if (operation === 'deactivate') return { columns: inactiveState, followUps: [] }
  const columns: Record<string, unknown> = {}
  const skipNulls = plan.options.nulls === 'skip'
  for (const name of Object.keys(row)) {
    const value = row[name]
    if (value === undefined || (value === null && skipNulls) || isStripped(plan, name)) continue
    addColumn(plan, columns, name, value)
  }
  return splitFollowUps(plan, columns)
}

/** Whether a column stands in the address and must not stand in the body as well. */
function isStripped({ table, key, options }: RunPlan, name: string): boolean {
  if (name === table.primaryIdColumn) return true
  if (options.operation === 'create' || key === undefined) return false
  return key.columns.some(({ names }) => names.includes(name))
}

function addColumn(plan: RunPlan, columns: Record<string, unknown>, name: string, value: unknown): void {
  const at = name.indexOf('@')
  if (at !== -1) {
    // Annotations of a row that was read before (etag, formatted values) say nothing to a write.
    if (name.endsWith('@odata.bind')) columns[name] = value
    return
  }
  const lookup = lookupOf(plan, name)
  if (lookup !== undefined && (value === null || name.startsWith('_'))) {
    addLookup(columns, lookup, name, value)
    return
  }
  columns[name] = toJsonValue(name, value)
}

function lookupOf({ table }: RunPlan, name: string): WriterColumn | undefined {
  const isValue = name.startsWith('_') && name.endsWith('_value')
  const column = table.columns.get(isValue ? name.slice(1, -6) : name)
  return column?.kind === 'lookup' || column?.kind === 'owner' ? column : undefined
}

/** A lookup by its column's name: null clears it, under the name of its navigation property. */
function addLookup(
  columns: Record<string, unknown>,
  lookup: WriterColumn,
  name: string,
  value: unknown,
): void {
  const binds = [
    ...new Set(lookup.targets.map(({ navigationProperty }) => `${navigationProperty}@odata.bind`)),
  ]
  if (value === null && binds.length === 1) {
    columns[binds[0]!] = null
    return
  }
  const instead =
    value === null
      ? `It can point at several tables, so null one of ${binds.join(', ')}, the one that is set now.`
      : `It is read-only: write ${binds.join(' or ')} instead.`
  throw new DataverseError(`The lookup '${name}' cannot be written like this. ${instead}`, {
    code: 'bad-input',
  })
}

function toJsonValue(name: string, value: unknown): unknown {
  if (value instanceof Date) return `${value.toISOString().slice(0, 19)}Z`
  if (typeof value !== 'bigint') return value
  if (value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER) return Number(value)
  throw new DataverseError(`Column '${name}' holds ${value}, which JSON cannot carry without loss.`, {
    code: 'bad-input',
  })
}

const nothing: readonly Columns[] = []

/** Sets aside what the service refuses, or silently drops, in the first request. */
function splitFollowUps({ options }: RunPlan, columns: Record<string, unknown>): WireColumns {
  if (!('statecode' in columns || 'statuscode' in columns || 'ownerid@odata.bind' in columns)) {
    return { columns, followUps: nothing }
  }
  const { statecode, statuscode, 'ownerid@odata.bind': owner, ...rest } = columns
  const followUps: Columns[] = []
  let first: Record<string, unknown> = rest
  if (owner !== undefined) {
    if (options.separateOwner) followUps.push({ 'ownerid@odata.bind': owner })
    else first = { ...first, 'ownerid@odata.bind': owner }
  }
  const state = {
    ...(statecode === undefined ? {} : { statecode }),
    ...(statuscode === undefined ? {} : { statuscode }),
  }
  if (Object.keys(state).length > 0) {
    if (isLater(options, statecode)) followUps.push(state)
    else first = { ...first, ...state }
  }
  return { columns: first, followUps }
}

/**
 * A row is created in its first state whatever the body says: `statecode` is dropped, and a status of another state refused
 * (seen in the field). So where a create is possible, another state than the first has to follow.
 */
function isLater({ states, operation }: RunPlan['options'], statecode: unknown): boolean {
  if (states !== 'auto') return states === 'separate'
  return operation !== 'update' && statecode !== undefined && statecode !== null && Number(statecode) !== 0
}

/** Takes the state out of the first request, for a row whose create was refused because of it. */
export function postponeState(columns: Columns): WireColumns | undefined {
  const { statecode, statuscode, ...rest } = columns
  if (statecode === undefined && statuscode === undefined) return undefined
  return {
    columns: rest,
    followUps: [
      {
        ...(statecode === undefined ? {} : { statecode }),
        ...(statuscode === undefined ? {} : { statuscode }),
      },
    ],
  }
}
