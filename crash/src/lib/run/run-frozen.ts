import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { createTrigger, type RunOutcome, type TraceEntry } from '@deltaverse/testing/crash'
import type { ChildPool } from './child-pool.js'
import { judgeFrozen } from './judge-frozen.js'
import { nextWord, readTrace } from './listen.js'
import type { RunHooks } from './machine.js'
import type { RunOrder } from './run-order.js'

interface FrozenRun {
  readonly order: RunOrder
  readonly hooks: RunHooks
  readonly pool: ChildPool
  readonly newTrace: () => string
}

/**
 * Lets a run freeze with all that is under way, another take over what it held, and the first wake: when the other has come to its
 * end, or in the middle of its work.
 */
export async function runFrozen({ order, hooks, pool, newTrace }: FrozenRun): Promise<RunOutcome> {
  const child = await pool.take()
  const path = newTrace()
  const said = nextWord(child)
  const looking = new AbortController()
  const frozen = freezing(child, order, hooks, looking.signal)
  child.send({ ...order, tracePath: path })
  const isFrozen = await Promise.race([frozen, said.then(() => false)])
  hooks.onRequest(undefined)
  looking.abort()
  if (!isFrozen) {
    const trace = readTrace(path)
    const end = trace.find(({ kind }) => kind === 'ended')
    if (end === undefined) return { crashedAt: `exit ${child.exitCode}`, trace }
    pool.giveBack(child)
    return { ...(end.kind === 'ended' && end.error !== undefined && { error: end.error }), trace }
  }
  const before = readTrace(path)
  await hooks.expireLease()
  const wake = async (): Promise<void> => {
    child.kill('SIGCONT')
    await said
  }
  const successor = await runSuccessor(order, pool, newTrace, wake)
  const after = readTrace(path).slice(before.length)
  pool.giveBack(child)
  const { problems, trace } = judgeFrozen([
    { who: 'first', entries: before },
    { who: 'successor', entries: successor.untilWoken },
    { who: 'first', entries: after },
    { who: 'successor', entries: successor.behind },
  ])
  return {
    crashedAt: `frozen at ${order.crash?.at} (${order.crash?.nth})`,
    trace,
    problems,
  }
}

/**
 * Whether the process stands still: by its own hand, or by ours when a request arrives that is the one. Nobody listens to it any more once
 * the signal aborts, as it is used again.
 */
async function freezing(
  child: ChildProcess,
  { crash }: RunOrder,
  hooks: RunHooks,
  signal: AbortSignal,
): Promise<boolean> {
  const byItself = once(child.stdio[4] as Readable, 'data', { signal }).then(
    () => true,
    () => false,
  )
  const byRequest = new Promise<boolean>((resolve) => {
    const trigger = createTrigger(crash, () => {
      child.kill('SIGSTOP')
      resolve(true)
    })
    hooks.onRequest(() => trigger.reached('request'))
  })
  return await Promise.race([byItself, byRequest])
}

/** Another process does the same; the first is woken while it stands at some step of its own, or behind its end. */
async function runSuccessor(
  { crash: _, freeze, rival: __, ...order }: RunOrder,
  pool: ChildPool,
  newTrace: () => string,
  wake: () => Promise<void>,
): Promise<{ readonly untilWoken: readonly TraceEntry[]; readonly behind: readonly TraceEntry[] }> {
  const child = await pool.take()
  const path = newTrace()
  const wakeAt = freeze?.wakeAt
  let said = nextWord(child)
  child.send({ ...order, ...(wakeAt !== undefined && { rival: wakeAt }), tracePath: path })
  const isPaused = (await said) === 'paused'
  const untilWoken = readTrace(path)
  await wake()
  if (isPaused) {
    said = nextWord(child)
    child.send('go on')
    await said
  }
  pool.giveBack(child)
  return { untilWoken, behind: readTrace(path).slice(untilWoken.length) }
}
