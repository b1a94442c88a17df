import type { Files } from '@deltaverse/durable-files'
import type { RunOutcome } from '@deltaverse/testing/crash'
import type { RunOrder } from './run-order.js'

/** Where runs take place: a machine that fails, or whose processes do. */
export interface Machine {
  /** Folder that the sink and the states are in. */
  readonly directory: string
  /** Folder that fingerprint stores are in. */
  readonly fingerprintDirectory: string
  /** Carries out one run, up to its end or its crash. */
  run(order: RunOrder, hooks: RunHooks): Promise<RunOutcome>
  /** The disk as it is now, between runs. */
  files(): Files
  close(): Promise<void>
}

/** Ways for the outside to have a say in a run. */
export interface RunHooks {
  /** Sets what is called when a request arrives at the service; `undefined` takes it away. */
  onRequest(listener: (() => void) | undefined): void
  /** Frees the name of a holder that stands still. */
  expireLease(): Promise<void>
}
