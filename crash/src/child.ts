/**
 * A process that runs syncs as it is told, until it dies. What it tells goes to a file, byte by byte as it happens: that is
 * still there when the process is not.
 */
import { once } from 'node:events'
import { closeSync, openSync, writeSync } from 'node:fs'
import { nodeFiles } from '@deltaverse/durable-files'
import { createTrigger, errorOf, type TraceEntry } from '@deltaverse/testing/crash'
import type { Failpoint } from './lib/failpoints.js'
import type { RunOrder } from './lib/run/run-order.js'
import { runSync } from './lib/run/run-sync.js'

export interface ChildOrder extends RunOrder {
  readonly tracePath: string
}

/** Said to a process that stands still, so that it goes on. */
export type GoOn = 'go on'

process.on('message', (order: ChildOrder | GoOn) => {
  if (order !== 'go on') void carryOut(order)
})
// Without its parent there is nobody to tell what to do.
process.on('disconnect', () => process.exit(0))
process.send?.('ready')

const pipeToParent = 4

/** Stops with everything that is under way. Whoever waits reads of it from a pipe: what goes by messages may still be here then. */
function freeze(): void {
  writeSync(pipeToParent, 'frozen\n')
  process.kill(process.pid, 'SIGSTOP')
}

async function carryOut(order: ChildOrder): Promise<void> {
  const trace = openSync(order.tracePath, 'a')
  const tell = (entry: TraceEntry): void => void writeSync(trace, `${JSON.stringify(entry)}\n`)
  const trigger = createTrigger(order.crash, () => {
    if (order.freeze !== undefined) return freeze()
    tell({ kind: 'dying', at: order.crash?.at ?? '' })
    process.kill(process.pid, 'SIGKILL')
    // Not one step further, however long the signal takes.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  })
  // Stands still until it is killed, or told to go on. The timer keeps in memory what waits here: nothing of it may be let go of before.
  const pause = createTrigger(order.rival, async () => {
    const timer = setInterval(() => {}, 2 ** 31 - 1)
    const told = once(process, 'message')
    process.send?.('paused')
    await told
    clearInterval(timer)
  })
  const reached = (point: Failpoint): void | Promise<void> => pause.reached(point) ?? trigger.reached(point)
  try {
    await runSync(order, { files: nodeFiles, reached, tell })
    tell({ kind: 'ended' })
  } catch (error) {
    tell({ kind: 'ended', error: errorOf(error) })
  }
  closeSync(trace)
  process.send?.('ended')
}
