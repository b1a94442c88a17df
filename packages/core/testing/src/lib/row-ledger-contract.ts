import type { RowLedger } from '@deltaverse/core'
import type { ContractCase } from './contract-case.js'
import { ledgerCallCases } from './ledger-call-cases.js'
import { ledgerMarkCases } from './ledger-mark-cases.js'
import { ledgerModelCases } from './ledger-model-cases.js'
import { ledgerRowCases } from './ledger-row-cases.js'
import { ledgerStaleCases } from './ledger-stale-cases.js'

type Awaitable<T> = T | Promise<T>

/** What the suite needs to know about a row ledger. Cases of one harness run one after another. */
export interface RowLedgerHarness {
  /** A ledger over fresh, empty storage. */
  create(): Awaitable<RowLedger>
  /** A new ledger object over the storage of the last `create`, as a new process makes it. The one before was closed or crashed. */
  reopen(): Awaitable<RowLedger>
  /** Does to a ledger what the death of its process does: nothing is flushed, what it held open is let go. Default: `close`. */
  crash?(ledger: RowLedger): Awaitable<void>
  /** Called at the end of every case: removes the storage. */
  dispose?(): Awaitable<void>
}

/** What every row ledger has to do. */
export function rowLedgerContract(harness: RowLedgerHarness): readonly ContractCase[] {
  return [
    ...ledgerRowCases(harness),
    ...ledgerMarkCases(harness),
    ...ledgerStaleCases(harness),
    ...ledgerCallCases(harness),
    ...ledgerModelCases(harness),
  ]
}
