export { compareReads } from './lib/crash/compare-reads.js'
export {
  checkColumnsExisted,
  checkExisted,
  compareWithTable,
  type FoundRow,
} from './lib/crash/compare-rows.js'
export type { CrashMachine, RunOutcome } from './lib/crash/crash-machine.js'
export { createDeliveryBook, type DeliveryBook } from './lib/crash/delivery-book.js'
export { errorOf } from './lib/crash/error-of.js'
export { judgeEnd, judgeRun, type RunFacts } from './lib/crash/judge-run.js'
export { observedSink, observedStore } from './lib/crash/observed.js'
export type { Problem } from './lib/crash/problem.js'
export { type CrashReport, type CrashRun, type CrashTrial, runCrashes } from './lib/crash/run-crashes.js'
export type { LoggedRead, SinkView } from './lib/crash/sink-view.js'
export { addTallies, emptyTally, formatTally, isClean, type Tally } from './lib/crash/tally.js'
export type { Delivery, RunError, Tell, TraceEntry } from './lib/crash/trace.js'
export { type CrashPoint, createTrigger, type Trigger } from './lib/crash/trigger.js'
export {
  createVersionBook,
  type KnownRow,
  type RowValues,
  type VersionBook,
} from './lib/crash/version-book.js'
