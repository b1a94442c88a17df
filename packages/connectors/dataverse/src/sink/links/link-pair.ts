import { DataverseError, type Row } from '@deltaverse/core'
import { isGuidText } from '@deltaverse/protocol'
import { describeValue, type KeyValue, type KeyValues, laneOf } from '@deltaverse/values'

/** Names a row: its GUID, or the values of an alternate key by column. */
export type LinkEnd = string | KeyValues

/** Whether two rows are to be a pair, or no longer. */
export type LinkKind = 'associate' | 'disassociate'

/** Two rows of a many-to-many relationship. */
export interface LinkPair {
  /** Default: `associate`. */
  readonly kind?: LinkKind | undefined
  /** A row of the table whose entity set the writer has. */
  readonly from: LinkEnd
  /** A row of the table at the other end. */
  readonly to: LinkEnd
}

/** What a pair is, and how it is told from others. */
export interface PairNames {
  readonly kind: LinkKind
  readonly from: LinkEnd
  readonly to: LinkEnd
  /** Equal for the same pair, named in the same way. */
  readonly identity: string
  /** Equal for what the database may take for one pair. */
  readonly lane: string
}

/**
 * Checks what a source gave.
 *
 * @throws DataverseError `bad-input` that says what is wrong with the pair
 */
export function readPair(given: Row, index: number): PairNames {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw badPair(index, `it is ${given === null ? 'null' : describeValue(given)} and no object`)
  }
  const { kind = 'associate' } = given
  if (kind !== 'associate' && kind !== 'disassociate') {
    throw badPair(index, `its kind is ${describeValue(kind)}, which must be 'associate' or 'disassociate'`)
  }
  const from = readEnd(given.from, 'from', index)
  const to = readEnd(given.to, 'to', index)
  const texts = [textOfEnd(from), textOfEnd(to)]
  return { kind, from, to, identity: JSON.stringify(texts), lane: laneOf(texts) }
}

function readEnd(end: unknown, name: 'from' | 'to', index: number): LinkEnd {
  if (isGuidText(end)) return end.toLowerCase()
  if (typeof end !== 'object' || end === null || Array.isArray(end) || Object.keys(end).length === 0) {
    throw badPair(
      index,
      `its ${name} is ${describeValue(end)}, which must be a GUID or the columns of a key with their values`,
    )
  }
  return end as KeyValues
}

function textOfEnd(end: LinkEnd): string {
  if (typeof end === 'string') return end
  const parts = Object.entries(end).map(([column, value]): [string, string] => [column, textOfValue(value)])
  return JSON.stringify(parts.sort(([one], [other]) => (one < other ? -1 : 1)))
}

function textOfValue(value: KeyValue): string {
  return typeof value === 'string' ? value : describeValue(value)
}

function badPair(index: number, problem: string): DataverseError {
  return new DataverseError(`Pair ${index} cannot be written: ${problem}.`, { code: 'bad-input' })
}
