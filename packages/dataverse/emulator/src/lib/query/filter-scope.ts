import type { FoldText } from '../fold-text.js'
import type { Schema } from '../schema/schema.js'
import type { Column, ManyNavigation, SingleNavigation, Table } from '../schema/table.js'
import type { StoredRow } from '../schema/table-definition.js'
import { collectionRows } from './collection-rows.js'
import { type Comparable, familyOf, toComparable, type ValueFamily } from './comparable-value.js'
import type { PathOperand } from './filter-expression.js'
import { optionRefused, unknownProperty } from './query-errors.js'
import type { RelatedRows } from './related-rows.js'

/** The rows that an expression sees while it runs: the filtered one, and around it those of the lambdas. */
export interface Frame {
  readonly row: StoredRow
  readonly related: RelatedRows
  readonly outer: Frame | undefined
}

/** The tables that a text's names are looked up in: the filtered one, and around it those of the lambdas. */
export interface Scope {
  readonly schema: Schema
  readonly table: Table
  /** The lambda's variable; `undefined` for the filtered table itself. */
  readonly variable: string | undefined
  readonly outer: Scope | undefined
}

/** A column that a path leads to. */
export interface BoundColumn {
  readonly column: Column
  readonly family: ValueFamily
  /** How texts compare. */
  readonly fold: FoldText
  read(frame: Frame): Comparable
}

/** Reaches the row that a path's navigation properties lead to. */
type RowReader = (frame: Frame) => StoredRow | undefined

interface Place {
  readonly table: Table
  readonly read: RowReader
  readonly names: readonly string[]
}

/** Finds the column that a path such as `name`, `primarycontactid/fullname` or `c/lastname` leads to. */
export function bindColumn(path: PathOperand, scope: Scope): BoundColumn {
  const start = startOf(path, scope)
  const place = start.names.slice(0, -1).reduce((at, name) => step(at, name, scope.schema), start)
  const last = start.names.at(-1)
  const column = last === undefined ? undefined : place.table.readProperty(last)
  if (column === undefined) throw unknownProperty(last ?? path.names.join('/'), place.table.logicalName)
  const family = familyOf(column)
  return {
    column,
    family,
    fold: scope.schema.foldText,
    read: (frame) => toComparable(place.read(frame)?.[column.logicalName], family, scope.schema.foldText),
  }
}

/** The collection that a lambda's path leads to, and the row that it belongs to. */
export interface BoundCollection {
  readonly navigation: ManyNavigation
  readonly table: Table
  rows(frame: Frame): Iterable<StoredRow>
}

/** Finds the collection that `any` or `all` runs over. */
export function bindCollection(path: PathOperand, scope: Scope): BoundCollection {
  const start = startOf(path, scope)
  const place = start.names.slice(0, -1).reduce((at, name) => step(at, name, scope.schema), start)
  const last = start.names.at(-1) ?? ''
  const navigation = place.table.navigation(last)
  if (navigation === undefined) throw unknownProperty(last, place.table.logicalName)
  if (navigation.kind === 'single') {
    throw optionRefused(`any and all need a collection; '${last}' leads to one row.`)
  }
  const { primaryIdColumn } = place.table
  return {
    navigation,
    table: tableOf(navigation.table, scope.schema),
    rows: (frame) => {
      const id = place.read(frame)?.[primaryIdColumn]
      if (typeof id !== 'string') return []
      return collectionRows(frame.related, navigation, id)
    },
  }
}

// Inside a lambda a path starts with a variable, or with a property of the filtered row itself.
function startOf(path: PathOperand, scope: Scope): Place {
  const [first, ...rest] = path.names
  let depth = 0
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer, depth += 1) {
    if (at.variable === first || at.outer === undefined) {
      const names = at.variable === undefined ? path.names : rest
      return { table: at.table, read: (frame) => frameAt(frame, depth)?.row, names }
    }
  }
  throw optionRefused(`'${first}' is neither a property nor a variable.`)
}

function frameAt(frame: Frame, depth: number): Frame | undefined {
  let at: Frame | undefined = frame
  for (let level = 0; level < depth; level += 1) at = at?.outer
  return at
}

function step(place: Place, name: string, schema: Schema): Place {
  const navigation = place.table.navigation(name)
  if (navigation === undefined) throw unknownProperty(name, place.table.logicalName)
  if (navigation.kind !== 'single') {
    throw optionRefused(`'${name}' is a collection: use any or all to filter by it.`)
  }
  return {
    table: tableOf(navigation.target, schema),
    names: place.names,
    read: (frame) => follow(navigation, place.read(frame), frame.related),
  }
}

function follow(
  navigation: SingleNavigation,
  row: StoredRow | undefined,
  related: RelatedRows,
): StoredRow | undefined {
  const value = row?.[navigation.column.logicalName]
  if (typeof value !== 'object' || value === null) return undefined
  return navigation.targets.includes(value.table) ? related.get(value.table, value.id) : undefined
}

function tableOf(logicalName: string, schema: Schema): Table {
  const table = schema.byLogicalName(logicalName)
  if (table === undefined) throw optionRefused(`The table '${logicalName}' does not exist.`)
  return table
}
