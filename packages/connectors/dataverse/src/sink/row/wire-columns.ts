import type { Row } from '@deltaverse/core'
import type { ColumnPlan, ColumnReader } from '../plan/column-plan.js'
import { type Columns, noColumns } from '../plan/columns.js'
import { comparesFirst } from '../plan/compares-first.js'
import type { RunPlan } from '../plan/run-plan.js'
import type { TableStates } from '../plan/table-states.js'
import { addColumn } from './add-column.js'
import { followUpNames, isStripped } from './column-places.js'
import { partiesName } from './party-columns.js'
import { createPlainFormatter } from './plain-columns.js'
import { type Content, partBytes } from './row-state.js'
import { sizeOfColumns } from './size-of-columns.js'

/** Creates the reader of one run. */
export function createColumnReader(plan: ColumnPlan): ColumnReader {
  const { operation, inactiveState } = plan.options
  if (operation === 'delete') return () => toWire({}, noColumns)
  if (operation === 'deactivate') return () => toWire(inactiveState, noColumns)
  // Of rows that are compared first, columns are needed, and of most nothing is sent.
  if (comparesFirst(plan.options)) return (row) => readColumns(plan, row)
  const formatPlain = createPlainFormatter(plan)
  return (row) => {
    const body = formatPlain(row)
    if (body === undefined) return readColumns(plan, row)
    return { columns: undefined, body, followUps: noColumns, bytes: Buffer.byteLength(body) + partBytes }
  }
}

function toWire(columns: Columns, followUps: readonly Columns[]): Content {
  return { columns, body: undefined, followUps, bytes: sizeOfColumns(columns) + partBytes }
}

function readColumns(plan: ColumnPlan, row: Row): Content {
  const columns: Record<string, unknown> = {}
  const skipNulls = plan.options.nulls === 'skip'
  for (const name of Object.keys(row)) {
    const value = row[name]
    if (value === undefined || (value === null && skipNulls) || isStripped(plan, name)) continue
    addColumn(plan, columns, name, value)
  }
  const { first, followUps } = splitFollowUps(plan, columns)
  return toWire(first, followUps)
}

/** Tables that refuse owner and state in one update (Microsoft Learn: Special update operation behavior). */
const ownerApartTables: ReadonlySet<string> = new Set(['sla', 'routingrule'])

/** Sets aside what the service refuses, or silently drops, in the first request. */
function splitFollowUps(
  { options, table, states }: ColumnPlan,
  columns: Record<string, unknown>,
): { readonly first: Columns; readonly followUps: readonly Columns[] } {
  const apartParties = options.operation === 'create' ? undefined : partiesName(table)
  const hasParties = apartParties !== undefined && apartParties in columns
  if (!hasParties && !followUpNames.some((name) => name in columns))
    return { first: columns, followUps: noColumns }
  const { statecode: givenState, statuscode, 'ownerid@odata.bind': owner, ...others } = columns
  const statecode = givenState === undefined ? stateOf(states, statuscode) : givenState
  const followUps: Columns[] = []
  let first: Record<string, unknown> = others
  if (owner !== undefined) {
    if (options.separateOwner) followUps.push({ 'ownerid@odata.bind': owner })
    else first = { ...first, 'ownerid@odata.bind': owner }
  }
  if (hasParties) {
    const { [apartParties]: parties, ...rest } = first
    followUps.push({ [apartParties]: parties })
    first = rest
  }
  const state = {
    ...(statecode === undefined ? {} : { statecode }),
    ...(statuscode === undefined ? {} : { statuscode }),
  }
  if (Object.keys(state).length > 0) {
    const apart = owner !== undefined && ownerApartTables.has(table.logicalName)
    // An activity that is closed may take no parties any more.
    const closes = hasParties && options.states === 'auto' && isOther(states, statecode)
    if (apart || closes || isLater(options, states, statecode)) followUps.push(state)
    else first = { ...first, ...state }
  }
  return { first, followUps }
}

/** The state that a status brings along: without it the service looks at the state that the row is in, and refuses another's. */
function stateOf({ ofStatus }: TableStates, statuscode: unknown): number | undefined {
  return typeof statuscode === 'number' ? ofStatus.get(statuscode) : undefined
}

/**
 * A row is created in its first state whatever the body says: `statecode` is dropped, and a status of another state refused
 * (seen in the field). So where a create is possible, another state than the first has to follow.
 */
function isLater({ states, operation }: RunPlan['options'], known: TableStates, statecode: unknown): boolean {
  if (states !== 'auto') return states === 'separate'
  return operation !== 'update' && isOther(known, statecode)
}

/** Whether a state is another than that in which rows begin. */
function isOther({ first }: TableStates, statecode: unknown): boolean {
  return statecode !== undefined && statecode !== null && Number(statecode) !== first
}

/** Takes the state out of the first request, for a row whose create was refused because of it. */
export function postponeState(
  columns: Columns,
): { readonly columns: Columns; readonly followUps: readonly Columns[] } | undefined {
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
