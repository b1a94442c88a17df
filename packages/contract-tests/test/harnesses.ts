import assert from 'node:assert/strict'
import type { CheckpointStore, RowLedger } from '@deltaverse/contract'
import type {
  CheckpointStoreHarness,
  RowLedgerHarness,
  TransactionalSinkHarness,
} from '@deltaverse/contract-tests'
import { createLedgerStorage, createMemoryLedger, type LedgerStorage } from './memory-ledger.js'
import {
  createMemorySink,
  createMemoryStorage,
  type MemorySink,
  type MemoryStorage,
  rowsOf,
} from './memory-sink.js'
import { createMemoryStore, createStoreStorage, type StoreStorage } from './memory-store.js'

export function sinkHarness(
  make: (storage: MemoryStorage) => MemorySink = createMemorySink,
  replay: typeof rowsOf = rowsOf,
): Omit<TransactionalSinkHarness<number>, 'create' | 'reopen'> & {
  create(): MemorySink
  reopen(): MemorySink
} {
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

export function ledgerHarness(
  make: (storage: LedgerStorage) => RowLedger = createMemoryLedger,
): RowLedgerHarness {
  let storage = createLedgerStorage()
  return {
    create() {
      storage = createLedgerStorage()
      return make(storage)
    },
    reopen: () => make(storage),
    crash() {},
  }
}
