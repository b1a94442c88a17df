import {
  type ChangeEvent,
  DataverseError,
  type HeldRow,
  type PatchableSink,
  type ReadableSink,
  type Sink,
  type StoredState,
  type SyncState,
  type TransactionalSink,
} from '@deltaverse/core'

export interface MemoryPosition {
  /** Entries of the log. */
  readonly entries: number
}

interface HeldEntry {
  readonly text: string
  readonly rowVersion: string | undefined
  readonly epoch: number
}

export interface MemorySink extends Sink<MemoryPosition>, ReadableSink {
  /** Everything that is committed, in order. */
  readonly log: LoggedEvent[]
  /** Rows that are committed: id to JSON text. */
  rows(): Map<string, string>
  /** Rows as of the last commit at which a read had ended: what a sink shows that replaces its rows as a whole. */
  published(): Map<string, string>
  /** Calls of each method. */
  readonly calls: Record<'open' | 'write' | 'commit' | 'close', number>
  isOpen(): boolean
}

export type LoggedEvent =
  | {
      readonly kind: 'upserted'
      readonly id: string
      readonly text: string
      readonly rowVersion: string | undefined
    }
  | { readonly kind: 'deleted'; readonly id: string }
  | {
      readonly kind: 'patched'
      readonly id: string
      readonly text: string
      readonly rowVersion: string | undefined
    }
  | { readonly kind: 'reset' | 'complete'; readonly epoch: number }

/**
 * A sink as strict as the contract allows: a log in memory that is cut back to the position it is opened at, and refuses one
 * that it does not hold.
 */
export function createMemorySink(pending: LoggedEvent[] = []): MemorySink {
  const log: LoggedEvent[] = []
  let open = false
  let hasEnded = false
  let published = new Map<string, string>()
  const calls = { open: 0, write: 0, commit: 0, close: 0 }
  const requireOpen = (): void => {
    if (!open) throw new Error('the sink is not open')
  }
  return {
    log,
    calls,
    isOpen: () => open,
    rows: () => textsOf(log),
    published: () => published,
    async open(position) {
      calls.open += 1
      const entries = position?.entries ?? 0
      if (entries > log.length) {
        throw new DataverseError(`the log has ${log.length} entries, not ${entries}`, {
          code: 'sink-mismatch',
        })
      }
      log.length = entries
      pending.length = 0
      hasEnded = false
      open = true
    },
    async write(events) {
      calls.write += 1
      requireOpen()
      for (const event of events) {
        hasEnded = event.kind === 'checkpoint' && event.checkpoint.isBoundary
        if (event.kind !== 'checkpoint') pending.push(toEntry(event))
      }
    },
    async commit() {
      calls.commit += 1
      requireOpen()
      log.push(...pending.splice(0))
      if (hasEnded) published = textsOf(log)
      return { entries: log.length }
    },
    async close() {
      calls.close += 1
      pending.length = 0
      open = false
    },
    async *held() {
      // As a log would tell it: mentions that no longer count come first.
      const mentioned = log.flatMap((entry) => (entry.kind === 'upserted' ? [entry.id] : []))
      yield mentioned.map((id): HeldRow => ({ id, rowVersion: '1' }))
      yield mentioned.map((id): HeldRow => ({ id, rowVersion: undefined, deleted: true }))
      for (const [id, { rowVersion }] of replay(log)) yield [{ id, rowVersion }]
    },
  }
}

/** The same, and columns can be put into rows that it holds. */
export function createPatchableMemorySink(): MemorySink & PatchableSink {
  const patches: LoggedEvent[] = []
  const sink = createMemorySink(patches)
  return {
    ...sink,
    async patch({ columns, rows }) {
      for (const { id, bytes, row, rowVersion } of rows) {
        for (const column of columns) if (!(column in row)) throw new Error(`${id} came without ${column}`)
        patches.push({ kind: 'patched', id, text: Buffer.from(bytes).toString(), rowVersion })
      }
    },
  }
}

/** The same, with states that are saved together with the rows. */
export function createTransactionalMemorySink(): MemorySink &
  TransactionalSink<MemoryPosition> & { readonly states: Map<string, StoredState<MemoryPosition>> } {
  const sink = createMemorySink()
  const states = new Map<string, StoredState<MemoryPosition>>()
  let saves = 0
  return {
    ...sink,
    states,
    async loadState(name) {
      return states.get(name)
    },
    async commitWith(name, state, expectedRevision) {
      if (states.get(name)?.revision !== expectedRevision) {
        throw new DataverseError(`"${name}" was saved by somebody else`, { code: 'conflict' })
      }
      const position = await sink.commit()
      saves += 1
      const revision = `t${saves}`
      const whole: SyncState<MemoryPosition> = { ...JSON.parse(JSON.stringify(state)), position }
      states.set(name, { state: whole, revision })
      return { position, revision }
    },
  }
}

function patch(
  rows: Map<string, HeldEntry>,
  { id, text, rowVersion }: Omit<HeldEntry, 'epoch'> & { id: string },
): void {
  const held = rows.get(id)
  if (held === undefined) return
  const isKnown = held.rowVersion !== undefined && rowVersion !== undefined
  if (isKnown && held.rowVersion !== rowVersion) return
  rows.set(id, { ...held, text: merged(held.text, text) })
}

function merged(text: string, patch: string): string {
  return JSON.stringify({ ...JSON.parse(text), ...JSON.parse(patch) })
}

function toEntry(event: Exclude<ChangeEvent, { kind: 'checkpoint' }>): LoggedEvent {
  if (event.kind === 'reset' || event.kind === 'complete') {
    return { kind: event.kind, epoch: event.epoch }
  }
  if (event.kind === 'deleted') return { kind: 'deleted', id: event.id }
  const text = Buffer.from(event.bytes).toString()
  return { kind: 'upserted', id: event.id, text, rowVersion: event.rowVersion }
}

function textsOf(log: readonly LoggedEvent[]): Map<string, string> {
  return new Map([...replay(log)].map(([id, { text }]) => [id, text]))
}

/** What a careful consumer holds: a full read marks what it brings; once it is complete, the rest is gone. */
function replay(log: readonly LoggedEvent[]): Map<string, HeldEntry> {
  const rows = new Map<string, HeldEntry>()
  let epoch = 0
  let marked: Set<string> | undefined
  for (const entry of log) {
    if (entry.kind === 'reset') {
      epoch = entry.epoch
      marked = new Set()
    } else if (entry.kind === 'upserted') {
      rows.set(entry.id, { ...entry, epoch })
      marked?.add(entry.id)
    } else if (entry.kind === 'deleted') rows.delete(entry.id)
    else if (entry.kind === 'patched') patch(rows, entry)
    else {
      if (marked === undefined || entry.epoch !== epoch) throw new Error('complete without its reset')
      for (const id of rows.keys()) if (!marked.has(id)) rows.delete(id)
      marked = undefined
    }
  }
  return rows
}
