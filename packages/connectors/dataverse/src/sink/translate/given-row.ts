import type { Row } from '@deltaverse/core'
import { mapSource, type RowSource } from '../queue/row-source.js'
import type { ReadLetter } from '../result/dead-letter.js'
import type { RowPlace } from '../result/row-place.js'
import type { TranslationSettings } from './translation-options.js'

/** A row of the caller's. */
export interface GivenRow {
  readonly row: object
  readonly values: Readonly<Record<string, unknown>>
  readonly place: RowPlace | undefined
  /** Why its values cannot be had. */
  readonly problem?: string | undefined
  /** GUID of a row that is written again. */
  readonly id?: string | undefined
  /** Told of the row as it is sent. */
  readonly onWire?: ((wire: Row) => void) | undefined
}

/** The rows of a caller with their values and places. */
export function givenRows(rows: RowSource<object>, translation: TranslationSettings): RowSource<GivenRow> {
  return mapSource(rows, (row) => toGivenRow(row, translation))
}

/** The row of a dead letter, whose values are in the words of its source already. */
export function givenOfLetter({ row, place, id, isOwn }: ReadLetter, ownIds: WeakSet<Row>): GivenRow {
  return {
    row,
    values: row,
    place,
    id,
    ...((id !== undefined || isOwn) && { onWire: (wire) => ownIds.add(wire) }),
  }
}

/** Whatever a row makes throw is that row's own. */
function toGivenRow(row: object, { valuesOf, placeOf }: TranslationSettings): GivenRow {
  try {
    const values: unknown = valuesOf(row)
    const place = placeOf(row)
    return isRow(values) ? { row, values, place } : { row, values: {}, place, problem: notRow(values) }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return { row, values: {}, place: undefined, problem: isRow(row) ? why : notRow(row) }
  }
}

function isRow(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function notRow(value: unknown): string {
  return `a row is an object, and not ${value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value}`
}
