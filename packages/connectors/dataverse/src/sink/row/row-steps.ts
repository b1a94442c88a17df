import { type Columns, noColumns } from '../plan/columns.js'
import type { PendingRow } from './pending-row.js'
import { columnsOf, contentOf, failuresOf, locatedOf } from './row-facts.js'
import {
  type Content,
  type Failures,
  type InFlight,
  type Located,
  noFailures,
  noTrouble,
  partBytes,
  type RowState,
  type Trouble,
} from './row-state.js'
import { sizeOfColumns } from './size-of-columns.js'

/** The next state of a row. The one place that changes a row. */
function become(row: PendingRow, state: RowState): void {
  ;(row as { state: RowState }).state = state
}

/** A row is found elsewhere than thought; what its requests met stays known. */
function standAt(row: PendingRow, at: Located): void {
  const { state } = row
  become(row, state.kind === 'in-flight' ? { ...state, at, sent: undefined } : at)
}

/** Its requests met something. */
function meet(row: PendingRow, change: Partial<Trouble>): void {
  const flight = row.state.kind === 'in-flight' ? row.state : takeOff(row.state, 0)
  become(row, { ...flight, trouble: { ...flight.trouble, ...change } })
}

function takeOff(at: Located, attempts: number): InFlight {
  return { kind: 'in-flight', at, sent: undefined, sentEnd: 0, attempts, trouble: noTrouble }
}

/** The row becomes part of a request. */
export function beginAttempt(row: PendingRow): void {
  const { state } = row
  become(row, state.kind === 'in-flight' ? { ...state, attempts: state.attempts + 1 } : takeOff(state, 1))
}

/**
 * Lets go of the text of a body that is in a request now. The states of the row stay as they are but for where its body is:
 * this is done for every row of every batch, and new states for it cost more than they tell.
 */
export function keepSentBody({ state }: PendingRow, request: Buffer, end: number): void {
  if (state.kind !== 'in-flight') return
  ;(state.at as { body: string | undefined }).body = undefined
  const kept = state as { sent: Buffer | undefined; sentEnd: number }
  kept.sent = request
  kept.sentEnd = end
}

/** The table holds the row; all its columns are written. */
export function findPresent(row: PendingRow, id: string): void {
  const content = settledContent(row)
  standAt(row, {
    kind: 'present',
    id,
    ownId: false,
    ...content,
    changed: undefined,
    before: { kind: 'prepared', id: undefined, ownId: false, ...content },
  })
}

/** The table holds the row, and these columns differ: only they are written. */
export function findDiffering(row: PendingRow, id: string, changed: readonly string[]): void {
  const located = locatedOf(row)
  const full = settledContent(row)
  standAt(row, {
    kind: 'present',
    id,
    ownId: false,
    ...narrow(full, changed),
    changed,
    before: { kind: 'prepared', id: located.id, ownId: located.ownId, ...full },
  })
}

/** The table does not hold the row. `newId` makes a GUID for one that no address can name. */
export function findAbsent(row: PendingRow, newId: () => string): void {
  const { id, ownId } = locatedOf(row)
  const content = settledContent(row)
  const needsId = row.unaddressable && id === undefined
  standAt(row, {
    kind: 'absent',
    id: needsId ? newId().toLowerCase() : id,
    ownId: needsId || ownId,
    ...content,
  })
}

/** A row that was found has vanished. @returns whether it is known what it was before it was found */
export function findVanished(row: PendingRow): boolean {
  const located = locatedOf(row)
  if (located.kind !== 'present') return false
  standAt(row, located.before)
  return true
}

/** Other columns go first, and these follow. */
export function postpone(row: PendingRow, columns: Columns, followUps: readonly Columns[]): void {
  const located = locatedOf(row)
  standAt(row, {
    ...located,
    columns,
    body: undefined,
    followUps: [...located.followUps, ...followUps],
  })
}

/** The columns of the first request in another form. */
export function rewrite(row: PendingRow, columns: Columns): void {
  standAt(row, { ...locatedOf(row), columns, body: undefined })
}

/** One failure more. @returns how often it failed like that */
export function countFailure(row: PendingRow, kind: keyof Failures): number {
  const failures = failuresOf(row)
  const count = failures[kind] + 1
  meet(row, { failures: { ...failures, [kind]: count } })
  return count
}

/** Failures of a kind that were counted for the request as a whole were the row's own. */
export function takeFailures(row: PendingRow, kind: keyof Failures, count: number): void {
  meet(row, { failures: { ...failuresOf(row), [kind]: count } })
}

/** The next request of the row begins with a clean slate, but for throttles. */
export function forgetFailures(row: PendingRow): void {
  if (row.state.kind !== 'in-flight') return
  meet(row, { failures: { ...noFailures, throttled: failuresOf(row).throttled } })
}

/** An answer got lost: the row may have been written. */
export function beUncertain(row: PendingRow): void {
  meet(row, { uncertain: true })
}

/** An upsert met another one on its key. */
export function race(row: PendingRow): void {
  meet(row, { raced: true })
}

/** The content with its columns at hand, whatever becomes of the request that holds the body. */
function settledContent(row: PendingRow): Content {
  const { columns, body, followUps, bytes } = contentOf(row)
  return columns === undefined
    ? { columns: columnsOf(row), body: undefined, followUps, bytes }
    : { columns, body, followUps, bytes }
}

function narrow(full: Content, changed: readonly string[]): Content {
  const names = new Set(changed)
  // A state without its status would get the default one, so the pair stays together.
  if (names.has('statecode') || names.has('statuscode'))
    for (const name of ['statecode', 'statuscode']) names.add(name)
  const columns = full.columns ?? (JSON.parse(full.body ?? '{}') as Columns)
  const all = [columns, ...full.followUps]
  const pick = (from: Columns): Columns =>
    Object.fromEntries(Object.entries(from).filter(([name]) => names.has(name)))
  const [first, ...rest] = all.map(pick).filter((some) => Object.keys(some).length > 0)
  const written = first ?? Object.assign({}, ...all)
  return {
    columns: written,
    body: undefined,
    followUps: rest.length === 0 ? noColumns : rest,
    bytes: sizeOfColumns(written) + partBytes,
  }
}
