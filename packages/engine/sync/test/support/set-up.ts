import { type SyncNotice, type SyncOptions, type SyncSummary, sync } from '../../src/index.js'
import type { EmulatedTable } from './emulated-table.js'
import { createMemoryCheckpoints, type MemoryCheckpoints } from './memory-checkpoints.js'
import { createMemoryLedger, type MemoryLedger } from './memory-ledger.js'
import { createMemorySink, type MemoryPosition, type MemorySink } from './memory-sink.js'

export type TestOptions = SyncOptions<MemoryPosition, Record<string, unknown>>

export interface SetUp {
  readonly sink: MemorySink
  readonly checkpoints: MemoryCheckpoints
  readonly ledger: MemoryLedger
  readonly notices: SyncNotice<MemoryPosition>[]
  /** Syncs once; without a ledger unless it is passed. */
  run(options?: Partial<TestOptions>): Promise<SyncSummary<MemoryPosition>>
  state(): ReturnType<MemoryCheckpoints['states']['get']>
  /** Remembers what all of them hold. @returns how to go back to it */
  backUp(): () => void
}

/** A sink, a store and a ledger for one table, and the notices of all its syncs. */
export function setUp(table: EmulatedTable): SetUp {
  const sink = createMemorySink()
  const checkpoints = createMemoryCheckpoints()
  const ledger = createMemoryLedger()
  const notices: SyncNotice<MemoryPosition>[] = []
  const feed = table.feed({ pageSize: 3 })
  return {
    sink,
    checkpoints,
    ledger,
    notices,
    run: (options) =>
      sync({
        name: 'products',
        feed,
        sink,
        checkpoints,
        // How long a read takes on a busy machine decides nothing.
        commitMs: 3_600_000,
        onNotice: (notice) => notices.push(notice),
        ...options,
      }),
    state: () => checkpoints.states.get('products'),
    backUp() {
      const log = [...sink.log]
      const states = [...checkpoints.states]
      const putLedgerBack = ledger.backUp()
      return () => {
        sink.log.splice(0, sink.log.length, ...log)
        checkpoints.states.clear()
        for (const [name, state] of states) checkpoints.states.set(name, state)
        putLedgerBack()
      }
    },
  }
}
