import { DataverseError } from '@deltaverse/core'
import { ExactNumber } from '@deltaverse/schema'
import { toColumnValue } from '@deltaverse/values'
import type { ColumnPlan } from '../plan/column-plan.js'
import type { WriterColumn } from '../plan/table-port.js'
import { lookupOf } from './column-places.js'
import { partiesName, toWireParties } from './party-columns.js'

const noDetail = {}

/**
 * Adds one column of a row to what is sent, in the form in which the service takes it.
 *
 * @throws DataverseError `bad-input` that names the column, for a value that it can never hold
 */
export function addColumn(
  plan: ColumnPlan,
  columns: Record<string, unknown>,
  name: string,
  value: unknown,
): void {
  if (name.includes('@')) {
    // Annotations of a row that was read before (etag, formatted values) say nothing to a write.
    if (name.endsWith('@odata.bind')) columns[name] = value
    return
  }
  if (name === partiesName(plan.table)) {
    columns[name] = toWireParties(name, value)
    return
  }
  const lookup = lookupOf(plan, name)
  if (lookup !== undefined) {
    const sent = value === '' ? emptyLookup(plan, lookup, name) : value
    if (sent === undefined || (sent === null && value === '' && plan.options.nulls === 'skip')) return
    if (sent === null || name.startsWith('_')) addLookup(columns, lookup, name, sent)
    else columns[name] = toJsonValue(name, sent)
    return
  }
  const column = plan.table.columns.get(name)
  const wire = column === undefined ? toJsonValue(name, value) : toWireValue(plan, column, value)
  if (wire === undefined || (wire === null && plan.options.nulls === 'skip')) return
  columns[name] = wire
}

function toWireValue({ dates, options }: ColumnPlan, column: WriterColumn, value: unknown): unknown {
  const wire = toColumnValue(column, value, dates.get(column.logicalName) ?? noDetail, options.values)
  if ('value' in wire) return wire.value
  throw wrongValue(column.logicalName, wire.problem)
}

/** Empty text where a reference is wanted goes by the rule for empty text as well. */
function emptyLookup({ options }: ColumnPlan, { logicalName }: WriterColumn, name: string): null | undefined {
  const way = options.values.emptyText(logicalName)
  if (way === 'null') return null
  if (way === 'skip') return undefined
  throw wrongValue(name, 'empty text is no reference')
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
  const [bind, ...others] = binds
  if (value === null && bind !== undefined && others.length === 0) {
    columns[bind] = null
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

/** A value of a column that the definition does not know, or of rows inside of this one. */
function toJsonValue(name: string, value: unknown): unknown {
  if (typeof value === 'bigint') return new ExactNumber(String(value))
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw wrongValue(name, 'it is an invalid Date')
    return `${value.toISOString().slice(0, 19)}Z`
  }
  refuseNotFinite(name, value)
  return value
}

/** JSON would say null of it, and clear the column. */
function refuseNotFinite(name: string, value: unknown): void {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw wrongValue(name, `${value} is not a number that JSON can hold`)
  } else if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) refuseNotFinite(name, member)
  }
}

function wrongValue(name: string, problem: string): DataverseError {
  return new DataverseError(`Column '${name}' cannot be written: ${problem}.`, { code: 'bad-input' })
}
