export type { RowLedgerOptions } from './lib/options.js'
export { createRowLedger } from './lib/row-ledger.js'
