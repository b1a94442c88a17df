/**
 * A process that runs syncs as it is told, until it dies. What it tells goes to a file, byte by byte as it happens: that is
 * still there when the process is not.
 */
import { closeSync, openSync, writeSync } from 'node:fs'
import { nodeFiles } from '@deltaverse/durable-files'
import { createTrigger, errorOf, type TraceEntry } from '@deltaverse/testing/crash'
import type { Failpoint } from './lib/failpoints.js'
import type { RunOrder } from './lib/run/run-order.js'
import { runSync } from './lib/run/run-sync.js'

export interface ChildOrder extends RunOrder {
  readonly tracePath: string
}

process.on('message', (order: ChildOrder) => void carryOut(order))
// Without its parent there is nobody to tell what to do.
process.on('disconnect', () => process.exit(0))
process.send?.('ready')

async function carryOut(order: ChildOrder): Promise<void> {
  const trace = openSync(order.tracePath, 'a')
  const tell = (entry: TraceEntry): void => void writeSync(trace, `${JSON.stringify(entry)}\n`)
  const trigger = createTrigger(order.crash, () => {
    tell({ kind: 'dying', at: order.crash?.at ?? '' })
    process.kill(process.pid, 'SIGKILL')
    // Not one step further, however long the signal takes.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  })
  // Stands still until it is killed. The timer keeps in memory what waits here: nothing of it may be let go of before.
  const pause = createTrigger(order.rival, () => {
    process.send?.('paused')
    return new Promise<void>((resolve) => void setInterval(resolve, 2 ** 31 - 1))
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
