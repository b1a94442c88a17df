import type { CheckpointStore } from '@deltaverse/core'
import { checkpointSaveCases } from './checkpoint-save-cases.js'
import { checkpointStateCases } from './checkpoint-state-cases.js'
import type { ContractCase } from './contract-case.js'
import { acquiring, type LeaseHarness, leaseCases } from './lease-cases.js'

type Awaitable<T> = T | Promise<T>

/** What the suite needs to know about a checkpoint store. Cases of one harness run one after another. */
export interface CheckpointStoreHarness extends LeaseHarness {
  /** A store over fresh, empty storage. */
  create(): Awaitable<CheckpointStore>
  /** Another store over the storage of the last `create`, as another process makes it; the first one stays in use. */
  reopen(): Awaitable<CheckpointStore>
  /** Called at the end of every case: removes the storage. */
  dispose?(): Awaitable<void>
}

/** What every checkpoint store has to do. */
export function checkpointStoreContract(harness: CheckpointStoreHarness): readonly ContractCase[] {
  return [
    ...checkpointStateCases((name, body) =>
      storeCase(harness, name, ([first, second]) => body(first, second)),
    ),
    ...checkpointSaveCases((name, body) =>
      storeCase(harness, name, ([first, second]) => body(first, second)),
    ),
    ...leaseCases(harness, (name, body) =>
      storeCase(harness, name, ([first, second]) => body({ holders: [acquiring(first), acquiring(second)] })),
    ),
  ]
}

function storeCase(
  harness: CheckpointStoreHarness,
  name: string,
  body: (stores: readonly [CheckpointStore, CheckpointStore]) => Promise<void>,
): ContractCase {
  return {
    name,
    async run() {
      try {
        const first = await harness.create()
        await body([first, await harness.reopen()])
      } finally {
        await harness.dispose?.()
      }
    },
  }
}
