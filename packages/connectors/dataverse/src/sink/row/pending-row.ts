import type { Row } from '@deltaverse/core'
import type { KeyPart } from '@deltaverse/protocol'
import type { Columns } from '../plan/columns.js'

/** Failures that passed by themselves, ambiguous ones, and throttles. */
export interface RowFailures {
  readonly passing: number
  readonly ambiguous: number
  readonly throttled: number
}

/** Of a row that has not failed yet; one object for all, as for the lists of what most rows have none of. */
export const noFailures: RowFailures = { passing: 0, ambiguous: 0, throttled: 0 }
export const noRows: readonly PendingRow[] = []

/** What address and headers of a part of a batch add to its columns, about. */
export const partBytes = 200

/** A row on its way. What it was, how it is addressed, and what has happened to it so far. */
export interface PendingRow {
  readonly index: number
  /** As it was given. */
  readonly row: Row
  /** The row with what earlier versions brought; else `row` itself. */
  readonly merged: Row
  /** What holds the values of the key: the row, or what `keyOf` made of it. */
  readonly keyed: Columns
  /** Equal for versions of one row: a later one may take the place of an earlier one. */
  readonly identity: string
  /** Equal for rows that the database may take for one row: such rows are never under way at the same time. */
  readonly lane: string
  /** The alternate key, typed; absent for rows addressed by GUID, and where it is `identity`: see `keyPartsOf()`. */
  readonly parts: readonly KeyPart[] | undefined
  /** Whether the key holds a character that the service cannot take in an address. */
  readonly unaddressable: boolean
  /** Row version that the row must still have. */
  readonly etag: string | undefined
  /** GUID: given, made by us for a create, or looked up. */
  id: string | undefined
  /** Whether `id` was made by us, so that nobody else can have used it. */
  ownId: boolean
  /** What the service knows of the row already. `absent`: it was looked for and not found. */
  known: 'unknown' | 'exists' | 'absent'
  /** Columns of the first request, where not all are as in `body`; see {@link columnsOf}. */
  columns: Columns | undefined
  /** The same as JSON, where it was written at once; see {@link bodyText}. */
  body: string | undefined
  /** The request in which that went out, and where it ends there: it is kept instead of the text. */
  sent: Buffer | undefined
  sentEnd: number
  /** What there is to write in full, where only what differs from the table is going to be written. */
  full:
    | { readonly columns: Columns; readonly followUps: readonly Columns[]; readonly id: string | undefined }
    | undefined
  /** What differs from the table, where that was looked up. */
  changed: readonly string[] | undefined
  /** Columns of requests that must follow, such as the state of a row that had to be created first. */
  followUps: readonly Columns[]
  /** Size of the first request's columns as JSON, and {@link partBytes}. */
  bytes: number
  /** The versions that this one took the place of, oldest first; it holds their columns as well. */
  earlier: readonly PendingRow[]
  /** Requests that the row was part of. */
  attempts: number
  /** Failures of the row itself so far. */
  failures: RowFailures
  /** An answer got lost, so the row may have been written already. */
  uncertain: boolean
  /** An upsert met another one on the same key, and was repeated. */
  raced: boolean
}

/** Columns of a row's first request. */
export function columnsOf(row: PendingRow): Columns {
  row.columns ??= JSON.parse(bodyText(row) ?? '{}') as Columns
  return row.columns
}

/** These columns as JSON, if they were written once and did not change since. */
export function bodyText({ body, sent, sentEnd, bytes }: PendingRow): string | undefined {
  if (body !== undefined) return body
  return sent?.toString('utf8', sentEnd - (bytes - partBytes), sentEnd)
}

/** Lets go of the text of a body that is in a request now. */
export function keepSentBody(row: PendingRow, sent: Buffer, sentEnd: number): void {
  row.body = undefined
  row.sent = sent
  row.sentEnd = sentEnd
}

/** Changes what is still to be sent of a row. */
export function changeColumns(row: PendingRow, columns: Columns, followUps: readonly Columns[]): void {
  row.columns = columns
  row.body = undefined
  row.sent = undefined
  row.followUps = followUps
}
