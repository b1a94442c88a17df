/**
 * One promise of a contract, as a test that any runner can run:
 * `for (const { name, run } of sinkContract(harness)) it(name, run)`.
 */
export interface ContractCase {
  /** What is promised, as a sentence; unique within its suite. */
  readonly name: string
  /** Resolves when the promise was kept, rejects with what was seen instead (mostly an `AssertionError`). */
  run(): Promise<void>
}
