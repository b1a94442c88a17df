import {
  type CallOptions,
  type ChangeEvent,
  DataverseError,
  type HeldRow,
  type ReadableSink,
  type Row,
  type StoredState,
  type TransactionalSink,
} from '@deltaverse/core'
import { createMemoryLeases, type MemoryLeases } from './memory-leases.js'

/** What outlives a sink: the events that were committed, and the states with them. */
export interface MemoryStorage {
  log: ChangeEvent[]
  readonly states: Map<string, StoredState<number>>
  readonly leases: MemoryLeases
  /** Data of somebody else. */
  readonly foreign: Map<string, string>
  saves: number
}

export function createMemoryStorage(): MemoryStorage {
  return { log: [], states: new Map(), leases: createMemoryLeases(), foreign: new Map(), saves: 0 }
}

export type MemorySink = TransactionalSink<number> & ReadableSink

/** A sink that is right: an append-only log, cut off at the position that it is opened at. */
export function createMemorySink(storage: MemoryStorage): MemorySink {
  let pending: ChangeEvent[] | undefined

  function opened(): ChangeEvent[] {
    if (pending === undefined)
      throw new DataverseError('The sink is not open: open it first.', { code: 'bad-request' })
    return pending
  }

  return {
    async open(position, call) {
      begin(call)
      storage.log.length = position ?? 0
      pending = []
    },
    async write(events, call) {
      begin(call)
      for (const event of events) opened().push(event)
    },
    async commit(call) {
      begin(call)
      for (const event of opened()) storage.log.push(event)
      pending = []
      return storage.log.length
    },
    async close() {
      pending = undefined
    },
    async loadState(name, call) {
      begin(call)
      return structuredClone(storage.states.get(name))
    },
    async commitWith(name, state, expectedRevision, call) {
      begin(call)
      opened()
      if (storage.states.get(name)?.revision !== expectedRevision) {
        throw new DataverseError(`Somebody else saved the state of ${name}: start again.`, {
          code: 'conflict',
        })
      }
      const position = await this.commit()
      const revision = String(++storage.saves)
      storage.states.set(name, structuredClone({ state: { ...state, position }, revision }))
      return { position, revision }
    },
    async acquire(name, call) {
      begin(call)
      return storage.leases.acquire(name)
    },
    async *held(call) {
      const mentions = [...rowsOf(storage.log)].map(([id, row]): HeldRow => {
        return { id, rowVersion: /^W\/"(\d+)"$/.exec(String(row['@odata.etag']))?.[1] }
      })
      for (let at = 0; at < mentions.length; at += 1_000) {
        begin(call)
        yield mentions.slice(at, at + 1_000)
      }
    },
  }
}

function begin(call: CallOptions | undefined): void {
  call?.signal?.throwIfAborted()
}

/** The rows that a log comes to: those of a full read take their places at its end. */
export function rowsOf(log: readonly ChangeEvent[]): Map<string, Row> {
  let rows = new Map<string, Row>()
  let read: Map<string, Row> | undefined
  for (const event of log) {
    if (event.kind === 'reset') read = new Map()
    else if (event.kind === 'upserted') (read ?? rows).set(event.id, event.row)
    else if (event.kind === 'deleted') (read ?? rows).delete(event.id)
    else if (event.kind === 'complete') {
      rows = read ?? rows
      read = undefined
    }
  }
  return rows
}
