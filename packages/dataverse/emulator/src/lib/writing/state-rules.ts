import { ServiceError } from '../http/service-error.js'
import type { Table } from '../schema/table.js'
import type { StoredRow } from '../schema/table-definition.js'
import { definedInitialState } from './initial-state.js'
import type { RowValues } from './read-body.js'
import { invalidPair } from './state-status.js'

const stateColumns = new Set(['statecode', 'statuscode'])

/**
 * Checks an update against what the table's states allow.
 *
 * @param given the columns that the request names, with the state and status that follow from them.
 * @throws ServiceError 400 when they forbid it.
 */
export function checkStateRules(table: Table, id: string, before: StoredRow, given: RowValues): void {
  const { stateRules: rules = {} } = table.definition
  if (rules.ownerApart === true && given.ownerid !== undefined && given.statecode !== undefined) {
    throw new ServiceError(
      400,
      '0x80040203',
      `The owner and the state of a row of '${table.logicalName}' cannot be changed by one update.`,
    )
  }
  const initial = definedInitialState(table)
  const inactive = initial !== undefined && before.statecode !== initial
  if (
    rules.inactiveReadOnly === true &&
    inactive &&
    Object.keys(given).some((name) => !stateColumns.has(name))
  ) {
    throw new ServiceError(
      400,
      '0x80040230',
      `The row of '${table.logicalName}' with Id ${id} cannot be updated because it is inactive.`,
    )
  }
  checkTransition(table, id, before, given)
  checkActivation(table, id, before, given)
  const { statecode } = given
  if (typeof statecode !== 'number' || statecode === before.statecode) return
  if (rules.byActionOnly?.includes(statecode) === true) {
    const label = table.column('statecode')?.options.find(({ value }) => value === statecode)?.label
    throw new ServiceError(
      400,
      '0x80100005',
      `The state of '${table.logicalName}' cannot be set to ${label} by an update; use the action for it.`,
    )
  }
}

function checkTransition(table: Table, id: string, before: StoredRow, given: RowValues): void {
  const { statuscode } = given
  if (typeof statuscode !== 'number' || statuscode === before.statuscode) return
  const options = table.column('statuscode')?.options
  const transitions = options?.find(({ value }) => value === before.statuscode)?.transitions
  if (transitions === undefined || transitions.includes(statuscode)) return
  throw invalidPair(table, id, String(given.statecode ?? before.statecode), String(statuscode))
}

/** What stays retired once it is: products of a family, and families and bundles. Kits and products without parent may return. */
function checkActivation(table: Table, id: string, before: StoredRow, given: RowValues): void {
  if (table.logicalName !== 'product' || before.statecode !== 1 || given.statecode !== 0) return
  if (before.iskit === true) return
  if (before.productstructure === 1 && (before.parentproductid ?? null) === null) return
  throw invalidPair(table, id, 'Active', String(given.statuscode))
}
