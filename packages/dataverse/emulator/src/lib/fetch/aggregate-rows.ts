import { ServiceError } from '../http/service-error.js'
import { type Comparable, compareValues, familyOf, toComparable } from '../query/comparable-value.js'
import type { ColumnValue } from '../schema/table-definition.js'
import type { BoundFetch, JoinedRow, WantedColumn } from './bind-fetch.js'
import { invalid } from './parse-fetch-xml.js'

/** The values of one group, by alias; nulls are there as nulls. */
export type AggregatedRow = ReadonlyMap<string, ColumnValue>

/**
 * Groups and aggregates joined rows.
 *
 * Source: Microsoft Learn, "Aggregate data using FetchXml".
 *
 * @throws ServiceError 400 for columns that are neither, and `0x8004E023` for too many rows.
 */
export function aggregateRows(
  { columns, aliasTerms }: BoundFetch,
  rows: readonly JoinedRow[],
  limit: number,
): AggregatedRow[] {
  const bad = columns.find(({ aggregate, groupBy }) => (aggregate === undefined) === !groupBy)
  if (bad !== undefined) {
    throw invalid(
      `'${bad.column.logicalName}' needs either an 'aggregate' or 'groupby' in an aggregate query`,
    )
  }
  if (rows.length > limit) {
    throw new ServiceError(
      400,
      '0x8004E023',
      'The maximum record limit is exceeded. Reduce the number of records.',
    )
  }
  const groups = groupRows(columns, rows)
  const aggregated = groups.map(
    (group): AggregatedRow => new Map(columns.map((wanted) => [wanted.name, groupValue(wanted, group)])),
  )
  return aggregated.sort(byAlias(columns, aliasTerms))
}

function read({ source, column }: WantedColumn, row: JoinedRow): ColumnValue {
  return row.get(source)?.[column.logicalName] ?? null
}

function comparable(wanted: WantedColumn, value: ColumnValue): Comparable {
  // A count is a number, whatever it counts.
  return typeof value === 'number' ? value : toComparable(value, familyOf(wanted.column))
}

/** Without a group all rows are one, even where there are none. */
function groupRows(columns: readonly WantedColumn[], rows: readonly JoinedRow[]): JoinedRow[][] {
  const by = columns.filter(({ groupBy }) => groupBy)
  if (by.length === 0) return [[...rows]]
  const groups = new Map<string, JoinedRow[]>()
  for (const row of rows) {
    const key = JSON.stringify(by.map((wanted) => String(comparable(wanted, read(wanted, row)))))
    const known = groups.get(key)
    if (known === undefined) groups.set(key, [row])
    else known.push(row)
  }
  return [...groups.values()]
}

function groupValue(wanted: WantedColumn, rows: readonly JoinedRow[]): ColumnValue {
  const [first] = rows
  if (wanted.groupBy) return first === undefined ? null : read(wanted, first)
  const values = rows.map((row) => read(wanted, row)).filter((value) => value !== null)
  switch (wanted.aggregate) {
    case 'count':
      return rows.length
    case 'countcolumn':
      return wanted.distinct ? new Set(values.map((value) => comparable(wanted, value))).size : values.length
    case 'min':
    case 'max':
      return extreme(wanted, values)
    case 'sum':
      return sum(numbers(wanted, values))
    default:
      return average(wanted, numbers(wanted, values))
  }
}

function extreme(wanted: WantedColumn, values: readonly ColumnValue[]): ColumnValue {
  const sign = wanted.aggregate === 'min' ? 1 : -1
  const order = (a: ColumnValue, b: ColumnValue): number =>
    sign * compareValues(comparable(wanted, a), comparable(wanted, b))
  return [...values].sort(order)[0] ?? null
}

function numbers({ column, aggregate }: WantedColumn, values: readonly ColumnValue[]): number[] {
  return values.map((value) => {
    if (typeof value !== 'number' && typeof value !== 'bigint') {
      throw invalid(`'${aggregate}' needs a column of numbers; '${column.logicalName}' is ${column.type}`)
    }
    return Number(value)
  })
}

// In the ten digits that decimals can have behind the point, so that 0.1 and 0.2 are 0.3.
function sum(values: readonly number[]): number {
  const scale = 1e10
  const total = values.reduce((each, value) => each + BigInt(Math.round(value * scale)), 0n)
  return Number(total) / scale
}

/** Whole numbers have a whole average (the documented example). */
function average({ column }: WantedColumn, values: readonly number[]): number | null {
  if (values.length === 0) return null
  const value = sum(values) / values.length
  return column.type === 'integer' || column.type === 'bigint' ? Math.trunc(value) : value
}

function byAlias(
  columns: readonly WantedColumn[],
  terms: BoundFetch['aliasTerms'],
): (a: AggregatedRow, b: AggregatedRow) => number {
  const found = terms.map(({ alias, descending }) => {
    const wanted = columns.find(({ name }) => name === alias)
    if (wanted === undefined) throw invalid(`there is no attribute with the alias '${alias}' to order by`)
    return { wanted, sign: descending ? -1 : 1 }
  })
  return (a, b) => {
    for (const { wanted, sign } of found) {
      const of = (row: AggregatedRow): Comparable => comparable(wanted, row.get(wanted.name) ?? null)
      const order = compareValues(of(a), of(b))
      if (order !== 0) return sign * order
    }
    return 0
  }
}
