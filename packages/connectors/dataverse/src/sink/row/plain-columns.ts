import type { Row } from '@deltaverse/core'
import { isLeftToService, isStorableText } from '@deltaverse/values'
import type { ColumnPlan } from '../plan/column-plan.js'
import { followUpNames, isStripped, lookupOf } from './column-places.js'
import { partiesName } from './party-columns.js'
import { isPlain, type PlainForm, plainFormOf } from './plain-value.js'

/** A column that is sent as it is, where its value passes. */
interface PlainColumn {
  readonly name: string
  readonly form: PlainForm
  /** Whether null is sent as it is. */
  readonly takesNull: boolean
}

/** A kind of rows: those that have the same columns. */
interface RowShape {
  readonly names: readonly string[]
  /** Columns that are sent; absent where one of them needs a closer look in any row. */
  readonly sent: readonly PlainColumn[] | undefined
  readonly left: readonly string[]
}

// A source with more kinds of rows has each row looked at by itself.
const mostShapes = 16

/**
 * Creates a function that writes the columns of a row as JSON, at once and without more ado, where all of them are sent as they
 * are. `undefined` for rows that need a closer look. Rows of a source mostly have the same columns, so what is known of these is
 * kept.
 */
export function createPlainFormatter(plan: ColumnPlan): (row: Row) => string | undefined {
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
    for (const { name, form, takesNull } of shape.sent) {
      const value = row[name]
      if (value === undefined || (value === null ? takesNull : isPlain(form, value))) continue
      return undefined
    }
    const copy: Record<string, unknown> = { ...row }
    // Quicker than a copy without them, and JSON knows no undefined.
    for (const name of shape.left) copy[name] = undefined
    const body = JSON.stringify(copy)
    return mayHoldBadCharacter(body) && !hasStorableTexts(row, shape.sent) ? undefined : body
  }
}

// JSON escapes all characters that no column takes but two, and a look at the whole is quicker than one at each value.
function mayHoldBadCharacter(body: string): boolean {
  for (let at = body.indexOf('\\'); at !== -1; at = body.indexOf('\\', at + 2)) {
    const escaped = body.charCodeAt(at + 1)
    if (escaped === escapedU || escaped === escapedB || escaped === escapedF) return true
  }
  return body.includes('\ufffe') || body.includes('\uffff')
}

const [escapedU, escapedB, escapedF] = [0x75, 0x62, 0x66]

function hasStorableTexts(row: Row, columns: readonly PlainColumn[]): boolean {
  for (const { name } of columns) {
    const value = row[name]
    if (typeof value === 'string' && !isStorableText(value)) return false
  }
  return true
}

function sameNames(known: readonly string[], names: readonly string[]): boolean {
  if (known.length !== names.length) return false
  for (let at = 0; at < known.length; at += 1) if (known[at] !== names[at]) return false
  return true
}

function findShape(plan: ColumnPlan, names: readonly string[]): RowShape {
  const needsLook = (name: string): boolean =>
    !isStripped(plan, name) &&
    (followUpNames.includes(name) || name === partiesName(plan.table) || lookupOf(plan, name) !== undefined)
  const isSent = (name: string): boolean =>
    !isStripped(plan, name) && (!name.includes('@') || name.endsWith('@odata.bind'))
  const takesNull = (name: string): boolean => {
    // A look-up that is cleared may have to be cleared in another way.
    if (name.includes('@')) return false
    const column = plan.table.columns.get(name)
    const isLeft = column !== undefined && isLeftToService(column, plan.options.values)
    return plan.options.nulls === 'write' && !isLeft
  }
  const toPlainColumn = (name: string): PlainColumn => ({
    name,
    form: plainFormOf(plan, name),
    takesNull: takesNull(name),
  })
  const sent = names.filter(isSent).map(toPlainColumn)
  return {
    names,
    sent: names.some(needsLook) ? undefined : sent,
    left: names.filter((name) => !isSent(name)),
  }
}
