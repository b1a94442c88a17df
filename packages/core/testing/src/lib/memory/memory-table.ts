import { type ChangeEvent, DataverseError, type Row, type Sink } from '@deltaverse/core'

/** Which full read the sink is in: of which rows to keep at its end. */
export interface TablePosition {
  readonly read: number
}

export interface TableStorage {
  rows: Map<string, { readonly row: Row; readonly read: number }>
  /** Full reads that were begun so far; never goes back. */
  reads: number
}

/**
 * A sink that is right and cannot take back what it committed, as a database table without history: rows are changed where they
 * are, each marked with the full read that brought it.
 */
export function createMemoryTable(storage: TableStorage): Sink<TablePosition> {
  let read: number | undefined
  let pending: ChangeEvent[] = []

  function opened(): number {
    if (read === undefined)
      throw new DataverseError('The sink is not open: open it first.', { code: 'bad-request' })
    return read
  }

  function apply(event: ChangeEvent): void {
    if (event.kind === 'reset') read = ++storage.reads
    else if (event.kind === 'upserted') storage.rows.set(event.id, { row: event.row, read: opened() })
    else if (event.kind === 'deleted') storage.rows.delete(event.id)
    else if (event.kind === 'complete') {
      for (const [id, held] of storage.rows) if (held.read < opened()) storage.rows.delete(id)
    }
  }

  return {
    async open(position, call) {
      call?.signal?.throwIfAborted()
      if (position === undefined) storage.rows.clear()
      read = position?.read ?? 0
      pending = []
    },
    async write(events, call) {
      call?.signal?.throwIfAborted()
      opened()
      pending = pending.concat(events)
    },
    async commit(call) {
      call?.signal?.throwIfAborted()
      opened()
      for (const event of pending) apply(event)
      pending = []
      return { read: opened() }
    },
    async close() {
      read = undefined
    },
  }
}
