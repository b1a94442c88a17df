import type { Row } from '@deltaverse/core'
import { noColumns } from '../plan/columns.js'
import { noRows, type PendingRow } from '../row/pending-row.js'
import { type PairNames, readPair } from './link-pair.js'

/** A pair on its way. */
export interface PendingPair extends PendingRow {
  readonly names: PairNames
  /** GUIDs of both ends, as soon as they are known. */
  readonly ids: { from: string | undefined; to: string | undefined }
}

// Address, headers and reference of a part of a batch.
const pairBytes = 500

/**
 * Makes a pair ready.
 *
 * @throws DataverseError `bad-input` for what is no pair
 */
export function preparePair(given: Row, index: number): PendingPair {
  const names = readPair(given, index)
  const { from, to, identity, lane } = names
  return {
    index,
    row: given,
    merged: given,
    keyed: {},
    identity,
    lane,
    parts: undefined,
    unaddressable: false,
    etag: undefined,
    earlier: noRows,
    state: {
      kind: 'prepared',
      id: undefined,
      ownId: false,
      columns: {},
      body: undefined,
      followUps: noColumns,
      bytes: pairBytes,
    },
    names,
    ids: {
      from: typeof from === 'string' ? from : undefined,
      to: typeof to === 'string' ? to : undefined,
    },
  }
}

/** What is on its way in a run of pairs. */
export function pairOf(item: PendingRow): PendingPair {
  return item as PendingPair
}

/** Puts a later word on a pair in the place of an earlier one that was not sent yet: the last one counts. */
export function mergePairs(earlier: PendingRow, later: PendingRow): PendingRow | undefined {
  if (earlier.identity !== later.identity) return undefined
  return { ...later, earlier: [...earlier.earlier, { ...earlier, earlier: noRows }] }
}
