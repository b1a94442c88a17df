import { ServiceError } from '../http/service-error.js'
import type { Table } from '../schema/table.js'
import type { StoredRow } from '../schema/table-definition.js'
import { definedInitialState } from './initial-state.js'
import type { RowValues } from './read-body.js'

/**
 * Completes and checks the pair of `statecode` and `statuscode`: a new row begins in the initial state, a state alone
 * brings its default status, a status must belong to the state.
 *
 * @param initial the state of a new row.
 * @throws ServiceError 400 `0x80048408` when they do not fit.
 */
export function settleState(
  table: Table,
  id: string,
  before: StoredRow | undefined,
  values: RowValues,
  initial = definedInitialState(table) ?? 0,
): void {
  const state = table.column('statecode')
  const status = table.column('statuscode')
  if (state === undefined || status === undefined) return
  const stateBefore = before === undefined ? initial : Number(before.statecode ?? initial)
  const newState =
    before !== undefined && values.statecode !== undefined ? Number(values.statecode) : stateBefore
  const option = state.options.find(({ value }) => value === newState)
  if (option === undefined) throw invalidPair(table, id, newState, String(values.statuscode ?? ''))
  const stateChanges = before === undefined || values.statecode !== undefined
  if (values.statuscode === undefined || values.statuscode === null) {
    if (!stateChanges && values.statuscode === undefined) return
    values.statuscode =
      option.defaultStatus ?? status.options.find((each) => each.state === newState)?.value ?? null
  } else {
    const chosen = Number(values.statuscode)
    const fits = status.options.some((each) => each.value === chosen && (each.state ?? newState) === newState)
    if (!fits) throw invalidPair(table, id, option.label, String(chosen))
  }
  values.statecode = newState
}

/** 400 `0x80048408` for a status that does not belong to the state, or cannot follow the one before. */
export function invalidPair(table: Table, id: string, state: number | string, status: string): ServiceError {
  const name = `${table.schemaName}State.${state}`
  return new ServiceError(
    400,
    '0x80048408',
    `${status} is not a valid status code for state code ${name} on ${table.logicalName} with Id ${id}.`,
  )
}
