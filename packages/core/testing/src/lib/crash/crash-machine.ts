import type { Problem } from './problem.js'
import type { RunError, TraceEntry } from './trace.js'

/** What became of a run. */
export interface RunOutcome {
  /** Where it crashed; absent when it came to its end, or ended with an error. */
  readonly crashedAt?: string
  readonly error?: RunError
  /** What it opened and left open, where the machine can tell. */
  readonly leftOpen?: readonly string[]
  /** What went wrong in the eyes of the machine. */
  readonly problems?: readonly Problem[]
  /** What it told, in order. */
  readonly trace: readonly TraceEntry[]
}

/** Where runs take place: a machine that fails, or whose processes do. */
export interface CrashMachine<Order> {
  /** Carries out one run, up to its end or its crash. */
  run(order: Order): Promise<RunOutcome>
  close(): Promise<void>
}
