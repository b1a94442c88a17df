import assert from 'node:assert/strict'
import type { CheckpointStore, Fingerprints } from '@deltaverse/core'
import type {
  CheckpointStoreHarness,
  FingerprintsHarness,
  LeaseHarness,
  SinkHarness,
} from '@deltaverse/testing'
import {
  createFingerprintStorage,
  createMemoryFingerprints,
  createMemorySink,
  createMemoryStorage,
  createMemoryStore,
  createMemoryTable,
  createStoreStorage,
  type FingerprintStorage,
  type MemorySink,
  type MemoryStorage,
  rowsOf,
  type StoreStorage,
  type TableStorage,
} from '@deltaverse/testing'

interface MemorySinkHarness extends SinkHarness<number, MemorySink>, LeaseHarness {}

export function sinkHarness(
  make: (storage: MemoryStorage) => MemorySink = createMemorySink,
  replay: typeof rowsOf = rowsOf,
): MemorySinkHarness {
  let storage = createMemoryStorage()
  return {
    create() {
      storage = createMemoryStorage()
      return make(storage)
    },
    reopen: () => make(storage),
    rows: () => replay(storage.log),
    visible: () => replay(storage.log),
    crash() {},
    plantForeign() {
      storage.foreign.set('letter', 'from a friend')
      return () => assert.equal(storage.foreign.get('letter'), 'from a friend')
    },
    leaveDeadHolder: (name) => storage.leases.leaveDead(name),
  }
}

export function storeHarness(
  make: (storage: StoreStorage) => CheckpointStore = createMemoryStore,
): CheckpointStoreHarness {
  let storage = createStoreStorage()
  return {
    create() {
      storage = createStoreStorage()
      return make(storage)
    },
    reopen: () => make(storage),
    leaveDeadHolder: (name) => storage.leases.leaveDead(name),
  }
}

export function fingerprintHarness(
  make: (storage: FingerprintStorage) => Fingerprints = createMemoryFingerprints,
): FingerprintsHarness {
  let storage = createFingerprintStorage()
  return {
    create() {
      storage = createFingerprintStorage()
      return make(storage)
    },
    reopen: () => make(storage),
    crash() {},
  }
}

type TableSink = ReturnType<typeof createMemoryTable>
type TablePosition = Awaited<ReturnType<TableSink['commit']>>

export function tableHarness(
  make: (storage: TableStorage) => TableSink = createMemoryTable,
): SinkHarness<TablePosition> {
  let storage: TableStorage = { rows: new Map(), reads: 0 }
  const rows = () => new Map([...storage.rows].map(([id, { row }]) => [id, row]))
  return {
    create() {
      storage = { rows: new Map(), reads: 0 }
      return make(storage)
    },
    reopen: () => make(storage),
    rows,
    visible: rows,
    discardsBeyond: false,
  }
}
