import type { Columns } from '../plan/columns.js'
import type { PendingRow } from './pending-row.js'
import {
  type Content,
  type Failures,
  type InFlight,
  type Located,
  noTrouble,
  partBytes,
  type Trouble,
} from './row-state.js'

/** What is known of a row apart from its requests. */
export function locatedOf({ state }: PendingRow): Located {
  return state.kind === 'in-flight' ? state.at : state
}

function flightOf({ state }: PendingRow): InFlight | undefined {
  return state.kind === 'in-flight' ? state : undefined
}

/** GUID: given, made by us for a create, or looked up. */
export function idOf(row: PendingRow): string | undefined {
  return locatedOf(row).id
}

/** The GUID of a row that has one by now. @throws Error when it has none, which is a mistake of ours */
export function ownIdOf(row: PendingRow): string {
  const id = idOf(row)
  if (id === undefined) throw new Error(`row ${row.index} has no GUID yet`)
  return id
}

export function contentOf(row: PendingRow): Content {
  return locatedOf(row)
}

/** Size of a row in a request, about. */
export function bytesOf(row: PendingRow): number {
  return contentOf(row).bytes
}

export function attemptsOf(row: PendingRow): number {
  return flightOf(row)?.attempts ?? 0
}

function troubleOf(row: PendingRow): Trouble {
  return flightOf(row)?.trouble ?? noTrouble
}

export function failuresOf(row: PendingRow): Failures {
  return troubleOf(row).failures
}

export function isUncertain(row: PendingRow): boolean {
  return troubleOf(row).uncertain
}

export function hasRaced(row: PendingRow): boolean {
  return troubleOf(row).raced
}

/** Names of what differs from the table, where that was looked up. */
export function changedOf(row: PendingRow): readonly string[] | undefined {
  const located = locatedOf(row)
  return located.kind === 'present' ? located.changed : undefined
}

/** Columns of a row's first request. */
export function columnsOf(row: PendingRow): Columns {
  return contentOf(row).columns ?? (JSON.parse(bodyText(row) ?? '{}') as Columns)
}

/** All columns that a row writes, those of later requests included. */
export function allColumns(row: PendingRow): Columns {
  return Object.assign({}, columnsOf(row), ...contentOf(row).followUps)
}

/** The columns of the first request as JSON, if they were written once and did not change since. */
export function bodyText(row: PendingRow): string | undefined {
  const { body, bytes } = contentOf(row)
  const flight = flightOf(row)
  if (body !== undefined || flight?.sent === undefined) return body
  return flight.sent.toString('utf8', flight.sentEnd - (bytes - partBytes), flight.sentEnd)
}
