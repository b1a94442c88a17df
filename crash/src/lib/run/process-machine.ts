import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeFiles } from '@deltaverse/durable-files'
import { createTrigger, type TraceEntry } from '@deltaverse/testing/crash'
import type { ChildPool } from './child-pool.js'
import { nextWord, readTrace } from './listen.js'
import type { Machine } from './machine.js'
import { runFrozen } from './run-frozen.js'
import type { RunOrder } from './run-order.js'

/** This machine, with runs in child processes that are ended by SIGKILL. */
export function createProcessMachine(pool: ChildPool): Machine {
  const folder = mkdtempSync(join(tmpdir(), 'deltaverse-crash-'))
  let runs = 0

  function newTrace(): string {
    runs += 1
    return join(folder, `run-${runs}.ndjson`)
  }

  async function start(order: RunOrder, child: ChildProcess) {
    const tracePath = newTrace()
    const said = nextWord(child)
    child.send({ ...order, tracePath })
    return { said: await said, trace: readTrace(tracePath) }
  }

  /** Another process tries the same while the first stands still. */
  async function tryAsRival({ crash: _, rival: __, ...order }: RunOrder): Promise<TraceEntry> {
    const child = await pool.take()
    const { trace } = await start(order, child)
    const end = trace.find((entry) => entry.kind === 'ended')
    pool.giveBack(child)
    return { kind: 'rival', ...(end?.error !== undefined && { error: end.error }) }
  }

  return {
    directory: join(folder, 'out'),
    fingerprintDirectory: join(folder, 'fingerprints'),
    async run(order, hooks) {
      if (order.freeze !== undefined) return await runFrozen({ order, hooks, pool, newTrace })
      const child = await pool.take()
      // Here rather than there, so that it dies at a moment that nothing in it chose.
      const trigger = createTrigger(order.crash, () => void child.kill('SIGKILL'))
      hooks.onRequest(() => trigger.reached('request'))
      const { said, trace } = await start(order, child)
      hooks.onRequest(undefined)
      const end = trace.find((entry) => entry.kind === 'ended')
      if (end !== undefined && !trigger.fired) {
        pool.giveBack(child)
        return { ...(end.error !== undefined && { error: end.error }), trace }
      }
      const rivals = said === 'paused' && !trigger.fired ? [await tryAsRival(order)] : []
      if (said === 'paused') child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      const at = said === 'paused' ? order.rival : order.crash
      return {
        crashedAt: at === undefined ? `exit ${child.exitCode}` : `${at.at} (${at.nth})`,
        trace: [...trace, ...rivals],
      }
    },
    files: () => nodeFiles,
    async close() {
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
