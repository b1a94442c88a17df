import type { ChangeEvent, Checkpoint, ResetReason, Row, Source, UpsertedChange } from '@deltaverse/core'
import { deleted, idOf, upserted } from '../events.js'

/** A table in memory that a source reads: what outlives the source. */
export interface SourceStorage {
  /** Rows by id, each with the number of its last change. */
  readonly rows: Map<string, { readonly row: Row; readonly change: number }>
  /** Deletions by id, with the number of each. */
  readonly gone: Map<string, number>
  changes: number
  /** Checkpoints of this change and of those before are forgotten. */
  forgottenUpTo: number
}

export function createSourceStorage(): SourceStorage {
  return { rows: new Map(), gone: new Map(), changes: 0, forgottenUpTo: -1 }
}

/** Puts the nth row into the table of accounts. @returns its id */
export function putRow(storage: SourceStorage, number: number, name: string): string {
  const id = idOf(number)
  storage.changes += 1
  storage.rows.set(id, {
    row: { '@odata.etag': `W/"${storage.changes}"`, accountid: id, name },
    change: storage.changes,
  })
  storage.gone.delete(id)
  return id
}

/** Takes the nth row out. */
export function removeRow(storage: SourceStorage, number: number): void {
  const id = idOf(number)
  storage.changes += 1
  if (storage.rows.delete(id)) storage.gone.set(id, storage.changes)
}

/** Where a read is: behind an id of a snapshot that began at a change, or behind a change. */
type Cursor = { readonly since: number; readonly after?: string | undefined }

const rowsInPage = 3

/** Creates a source over a table in memory, with pages of three rows: the shortest one that keeps the contract. */
export function createMemorySource(storage: SourceStorage): Source {
  const id = 'memory/accounts'
  const changeOf = (rowId: string, row: Row): UpsertedChange => upserted(rowId, row)

  function checkpoint(
    parts: Pick<Checkpoint, 'epoch' | 'phase' | 'isBoundary'>,
    cursor: Cursor,
  ): ChangeEvent {
    const issuedAt = new Date(0).toISOString()
    return {
      kind: 'checkpoint',
      checkpoint: { version: 2, source: id, ...parts, cursor: { ...cursor }, issuedAt },
    }
  }

  function* snapshot(
    epoch: number,
    { since, after = '' }: Cursor,
  ): Generator<readonly ChangeEvent[], number> {
    const ids = [...storage.rows.keys()].filter((each) => each > after).sort()
    for (let at = 0; at < ids.length; at += rowsInPage) {
      const page = ids.slice(at, at + rowsInPage)
      const changes = page.flatMap((each) => {
        const found = storage.rows.get(each)
        return found === undefined ? [] : [changeOf(each, found.row)]
      })
      const cursor = { since, after: page.at(-1) }
      yield [...changes, checkpoint({ epoch, phase: 'snapshot', isBoundary: false }, cursor)]
    }
    return storage.rows.size
  }

  function incremental(epoch: number, since: number): readonly ChangeEvent[] {
    const changed = [...storage.rows].filter(([, { change }]) => change > since)
    const gone = [...storage.gone].filter(([, change]) => change > since)
    const changes = [
      ...changed.map(([each, { row }]) => changeOf(each, row)),
      ...gone.map(([each]) => deleted(each)),
    ]
    return [
      ...changes,
      checkpoint({ epoch, phase: 'incremental', isBoundary: true }, { since: storage.changes }),
    ]
  }

  return {
    id,
    table: 'accounts',
    async *read({ checkpoint: given, restart = false, signal } = {}) {
      signal?.throwIfAborted()
      const from = given ?? undefined
      const cursor = from?.cursor as Cursor | undefined
      const isForgotten = cursor !== undefined && cursor.since <= storage.forgottenUpTo
      let epoch = from?.epoch ?? 0
      let start = cursor ?? { since: storage.changes }
      if (cursor === undefined || restart !== false || isForgotten) {
        const reason = reasonOf(restart, isForgotten)
        epoch += 1
        start = { since: storage.changes }
        yield [{ kind: 'reset', reason, epoch }]
      }
      if (start === cursor && from?.phase === 'incremental') {
        yield incremental(epoch, start.since)
        return
      }
      const pages = snapshot(epoch, start)
      for (let page = pages.next(); ; page = pages.next()) {
        signal?.throwIfAborted()
        if (page.done === true) {
          yield [{ kind: 'complete', epoch, rows: page.value }, ...incremental(epoch, start.since)]
          return
        }
        yield page.value
      }
    },
    async schema() {
      return {
        name: 'accounts',
        primaryKey: ['accountid'],
        columns: [
          { name: 'accountid', type: { kind: 'uuid' }, nullable: false },
          { name: 'name', type: { kind: 'text' }, nullable: true },
        ],
      }
    },
    async count() {
      return { rows: storage.rows.size, certainty: 'exact' }
    },
    async *keys() {
      yield [...storage.rows].map(([each, { row }]) => ({
        id: each,
        rowVersion: changeOf(each, row).rowVersion,
      }))
    },
    async *rows(ids) {
      yield ids.flatMap((each) => {
        const found = storage.rows.get(each)
        return found === undefined ? [] : [changeOf(each, found.row)]
      })
    },
    async *readColumns(columns, { cursor } = {}) {
      const ids = [...storage.rows.keys()].filter((each) => each > String(cursor ?? '')).sort()
      for (let at = 0; at < ids.length; at += rowsInPage) {
        const page = ids.slice(at, at + rowsInPage)
        const rows = page.map((each) => {
          const row = storage.rows.get(each)?.row ?? {}
          return changeOf(
            each,
            Object.fromEntries(['@odata.etag', ...columns].map((name) => [name, row[name]])),
          )
        })
        yield { rows, cursor: page.at(-1) ?? '' }
      }
    },
  }
}

function reasonOf(restart: boolean | ResetReason, isForgotten: boolean): ResetReason {
  if (typeof restart === 'string') return restart
  if (restart) return 'requested'
  return isForgotten ? 'token-expired' : 'initial'
}
