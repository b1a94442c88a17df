import type { Row } from '@deltaverse/core'
import type { ColumnPlan } from '../plan/column-plan.js'
import type { WriterColumn } from '../plan/table-port.js'

/** Columns that may have to be written in a request of their own. */
export const followUpNames: readonly string[] = ['statecode', 'statuscode', 'ownerid@odata.bind']

/** A kind of rows: those that have the same columns. */
interface RowShape {
  readonly names: readonly string[]
  /** Columns that are sent; absent where one of them needs a closer look in any row. */
  readonly sent: readonly string[] | undefined
  readonly left: readonly string[]
}

// A source with more kinds of rows has each row looked at by itself.
const mostShapes = 16

/**
 * Creates a function that writes the columns of a row as JSON, at once and without more ado, where all of them are sent as they
 * are: text, numbers, booleans, null, binds. `undefined` for rows that need a closer look. Rows of a source mostly have the same
 * columns, so what is known of these is kept.
 */
export function createPlainFormatter(plan: ColumnPlan): (row: Row) => string | undefined {
  const keepsNulls = plan.options.nulls === 'write'
  const shapes: RowShape[] = []

  function shapeOf(names: readonly string[]): RowShape | undefined {
    for (const shape of shapes) if (sameNames(shape.names, names)) return shape
    if (shapes.length === mostShapes) return undefined
    const shape = findShape(plan, names)
    shapes.push(shape)
    return shape
  }

  return (row) => {
    const shape = shapeOf(Object.keys(row))
    if (shape?.sent === undefined) return undefined
    for (const name of shape.sent) if (!isPlain(row[name], keepsNulls)) return undefined
    const copy: Record<string, unknown> = { ...row }
    // Quicker than a copy without them, and JSON knows no undefined.
    for (const name of shape.left) copy[name] = undefined
    return JSON.stringify(copy)
  }
}

function isPlain(value: unknown, keepsNulls: boolean): boolean {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
    case 'undefined':
      return true
    default:
      return value === null && keepsNulls
  }
}

function sameNames(known: readonly string[], names: readonly string[]): boolean {
  if (known.length !== names.length) return false
  for (let at = 0; at < known.length; at += 1) if (known[at] !== names[at]) return false
  return true
}

function findShape(plan: ColumnPlan, names: readonly string[]): RowShape {
  const needsLook = (name: string): boolean =>
    !isStripped(plan, name) && (followUpNames.includes(name) || lookupOf(plan, name) !== undefined)
  const isSent = (name: string): boolean =>
    !isStripped(plan, name) && (!name.includes('@') || name.endsWith('@odata.bind'))
  return {
    names,
    sent: names.some(needsLook) ? undefined : names.filter(isSent),
    left: names.filter((name) => !isSent(name)),
  }
}

/** Whether a column stands in the address and must not stand in the body as well. */
export function isStripped({ table, key, options }: ColumnPlan, name: string): boolean {
  if (name === table.primaryIdColumn) return true
  if (options.operation === 'create' || key === undefined) return false
  return key.columns.some(({ names }) => names.includes(name))
}

/** The lookup that a row names by its column, or by what a read calls it (`_primarycontactid_value`). */
export function lookupOf({ table }: Pick<ColumnPlan, 'table'>, name: string): WriterColumn | undefined {
  const isValue = name.startsWith('_') && name.endsWith('_value')
  const column = table.columns.get(isValue ? name.slice(1, -6) : name)
  return column?.kind === 'lookup' || column?.kind === 'owner' ? column : undefined
}
