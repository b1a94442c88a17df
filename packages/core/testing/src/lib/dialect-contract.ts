import type { ContractCase } from './contract-case.js'
import { dialectRowCases } from './dialect-row-cases.js'
import { dialectSchemaCases } from './dialect-schema-cases.js'
import type { DialectHarness, TestedConnection } from './tested-dialect.js'

/** What every dialect must do for the sink that is built on it. */
export function dialectContract<C extends TestedConnection>(
  harness: DialectHarness<C>,
): readonly ContractCase[] {
  return [...dialectSchemaCases(harness), ...dialectRowCases(harness)]
}
