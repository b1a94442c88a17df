import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeFiles } from '@deltaverse/durable-files'
import { createTrigger } from '../failpoints.js'
import type { ChildPool } from './child-pool.js'
import type { Machine } from './machine.js'
import type { TraceEntry } from './trace.js'

/** This machine, with runs in child processes that are ended by SIGKILL. */
export function createProcessMachine(pool: ChildPool): Machine {
  const folder = mkdtempSync(join(tmpdir(), 'deltaverse-crash-'))
  let runs = 0
  return {
    directory: join(folder, 'out'),
    ledgerDirectory: join(folder, 'ledger'),
    async run(order, hooks) {
      runs += 1
      const tracePath = join(folder, `run-${runs}.ndjson`)
      const child = await pool.take()
      // Here rather than there, so that it dies at a moment that nothing in it chose.
      const trigger = createTrigger(order.crash, () => void child.kill('SIGKILL'))
      hooks.onRequest(() => trigger.reached('request'))
      const ended = Promise.race([once(child, 'message'), once(child, 'exit')])
      child.send({ ...order, tracePath })
      await ended
      hooks.onRequest(undefined)
      const trace = readTrace(tracePath)
      const end = trace.find((entry) => entry.kind === 'ended')
      if (end !== undefined && !trigger.fired) {
        pool.giveBack(child)
        return { ...(end.error !== undefined && { error: end.error }), trace }
      }
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      return { crashedAt: order.crash?.at ?? `exit ${child.exitCode}`, trace }
    },
    files: () => nodeFiles,
    async close() {
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** What the process told; the last line may be cut off where it died. */
function readTrace(path: string): TraceEntry[] {
  if (!existsSync(path)) return []
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line) as TraceEntry)
}
