import type { ChangeEvent, Checkpoint, DeletedChange, Row, UpsertedChange } from '@deltaverse/core'

export interface Contact extends Row {
  readonly fullname: string
}

/** The id of the nth row. */
export function idOf(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`
}

/** An upserted change around bytes; `row` parses them when asked, as the feed does. */
export function upserted<R extends object = Contact>(
  number: number,
  json: string,
  rowVersion: string | undefined = String(1000 + number),
): UpsertedChange<R> {
  const bytes = new TextEncoder().encode(json)
  return {
    kind: 'upserted',
    table: 'contacts',
    id: idOf(number),
    rowVersion,
    bytes,
    get row(): R {
      return JSON.parse(json)
    },
  }
}

export function contact(number: number): UpsertedChange<Contact> {
  return upserted(number, JSON.stringify({ contactid: idOf(number), fullname: `Contact ${number}` }))
}

export function deleted(number: number): DeletedChange {
  const bytes = new Uint8Array()
  return {
    kind: 'deleted',
    table: 'contacts',
    id: idOf(number),
    rowVersion: undefined,
    reason: 'deleted',
    bytes,
  }
}

export const checkpoint: Checkpoint = {
  version: 2,
  source: 'contoso.crm4.dynamics.com/contacts',
  epoch: 1,
  phase: 'incremental',
  isBoundary: true,
  cursor: null,
  issuedAt: '2026-11-20T12:00:00Z',
}

/** Everything a feed can say, once. */
export const everyEvent: readonly ChangeEvent<Contact>[] = [
  { kind: 'reset', reason: 'initial', epoch: 1 },
  contact(1),
  contact(2),
  deleted(3),
  { kind: 'complete', epoch: 1, rows: 2 },
  { kind: 'checkpoint', checkpoint },
]

export interface FakeFeed {
  /** How many events were pulled so far. */
  readonly pulled: number
  /** Whether the feed's `finally` was reached. */
  readonly closed: boolean
  changes(options?: { readonly signal?: AbortSignal }): AsyncGenerator<ChangeEvent<Contact>, void, undefined>
  pages(): AsyncGenerator<readonly ChangeEvent<Contact>[], void, undefined>
}

/** A feed of given events that tells how far it was read and whether it was closed. */
export function createFakeFeed(events: Iterable<ChangeEvent<Contact>>, pageSize = 2): FakeFeed {
  let pulled = 0
  let closed = false
  async function* changes({ signal }: { readonly signal?: AbortSignal } = {}) {
    try {
      for (const event of events) {
        signal?.throwIfAborted()
        pulled++
        yield event
      }
    } finally {
      closed = true
    }
  }
  async function* pages() {
    let page: ChangeEvent<Contact>[] = []
    for await (const event of changes()) {
      page.push(event)
      if (page.length < pageSize) continue
      yield page
      page = []
    }
    if (page.length > 0) yield page
  }
  return {
    changes,
    pages,
    get pulled() {
      return pulled
    },
    get closed() {
      return closed
    },
  }
}

/** Contacts without end. */
export function* endlessContacts(): Generator<UpsertedChange<Contact>, never, undefined> {
  for (let number = 1; ; number++) yield contact(number)
}
