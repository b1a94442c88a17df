import { readCatchUp } from './read-catch-up.js'
import type { EventBatch, Outcome, ReadContext } from './read-context.js'
import { readCopy } from './read-copy.js'
import { readDelta } from './read-delta.js'
import { readNewer } from './read-newer.js'
import type { ReadPlan } from './read-plan.js'
import { readSnapshot } from './read-snapshot.js'

/** A read that is sent back to its start this often without reaching its end is given up. */
const maxRestarts = 3

/** Carries a plan out, and those that it turns into, up to the end of the last. */
export async function* readTable(
  context: ReadContext,
  firstPlan: ReadPlan,
  signal: AbortSignal | undefined,
): AsyncGenerator<EventBatch, void, undefined> {
  let plan = firstPlan
  let restarts = 0
  for (;;) {
    const outcome = yield* readPart(context, plan, restarts < maxRestarts, signal)
    if (outcome.kind === 'done') return
    if (outcome.kind === 'instead') restarts += 1
    plan = outcome.plan
  }
}

function readPart(
  context: ReadContext,
  plan: ReadPlan,
  mayRestart: boolean,
  signal: AbortSignal | undefined,
): AsyncGenerator<EventBatch, Outcome, undefined> {
  switch (plan.kind) {
    case 'snapshot':
      return readSnapshot(context, plan, mayRestart, signal)
    case 'catch-up':
      return readCatchUp(context, plan, mayRestart, signal)
    case 'incremental':
      return readDelta(context, plan, mayRestart, signal)
    case 'copy':
      return readCopy(context, plan, mayRestart, signal)
    case 'newer':
      return readNewer(context, plan, mayRestart, signal)
  }
}
