import { createStrictSink } from '@deltaverse/testing'
import { type SyncEvent, type SyncOptions, type SyncSummary, sync } from '../../src/index.js'
import type { EmulatedTable } from './emulated-table.js'
import { createMemoryCheckpoints, type MemoryCheckpoints } from './memory-checkpoints.js'
import { createMemoryFingerprints, type MemoryFingerprints } from './memory-fingerprints.js'
import { createMemorySink, type MemoryPosition, type MemorySink } from './memory-sink.js'

export type TestOptions = SyncOptions<MemoryPosition, Record<string, unknown>>

export interface SetUp {
  readonly sink: MemorySink
  readonly checkpoints: MemoryCheckpoints
  readonly fingerprints: MemoryFingerprints
  readonly events: SyncEvent<MemoryPosition>[]
  /** Syncs once; without a fingerprint store unless it is passed. */
  run(options?: Partial<TestOptions>): Promise<SyncSummary<MemoryPosition>>
  state(): ReturnType<MemoryCheckpoints['states']['get']>
  /** Remembers what all of them hold. @returns how to go back to it */
  backUp(): () => void
}

/** A sink, a store and a fingerprint store for one table, and the events of all its syncs. */
export function setUp(table: EmulatedTable, sink: MemorySink = createMemorySink()): SetUp {
  const checkpoints = createMemoryCheckpoints()
  const fingerprints = createMemoryFingerprints()
  const events: SyncEvent<MemoryPosition>[] = []
  const source = table.feed({ pageSize: 3 })
  return {
    sink,
    checkpoints,
    fingerprints,
    events,
    run: (options) =>
      sync({
        name: 'products',
        source,
        checkpoints,
        // How long a read takes on a busy machine decides nothing.
        commitMs: 3_600_000,
        onEvent: (event) => events.push(event),
        ...options,
        sink: createStrictSink(options?.sink ?? sink),
      }),
    state: () => checkpoints.states.get('products'),
    backUp() {
      const log = [...sink.log]
      const states = [...checkpoints.states]
      const putFingerprintBack = fingerprints.backUp()
      return () => {
        sink.log.splice(0, sink.log.length, ...log)
        checkpoints.states.clear()
        for (const [name, state] of states) checkpoints.states.set(name, state)
        putFingerprintBack()
      }
    },
  }
}
