import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Processes } from '@deltaverse/durable-files'
import type { SeededRandom } from '@deltaverse/testing'
import { createTrigger, errorOf, type RunError, type Tell, type TraceEntry } from '@deltaverse/testing/crash'
import { createLossyDisk, PowerCut } from '../disk/lossy-disk.js'
import type { Machine } from './machine.js'
import type { RunOrder } from './run-order.js'
import { runSync, type Surroundings } from './run-sync.js'

/**
 * A machine whose power fails. Runs take place in this process, on a disk in memory. A fingerprint store is on the real disk: each of its
 * writes is flushed before it resolves, so a power cut takes nothing from it.
 */
export function createPowerMachine(random: SeededRandom): Machine {
  const directory = '/machine/out'
  const folder = mkdtempSync(join(tmpdir(), 'deltaverse-crash-'))
  const disk = createLossyDisk('/machine', random)
  return {
    directory,
    fingerprintDirectory: join(folder, 'fingerprints'),
    async run(order, hooks) {
      const trace: TraceEntry[] = []
      const power = new AbortController()
      const processes = processesOf(disk.boots)
      const trigger = createTrigger(order.crash, () => {
        trace.push({ kind: 'dying', at: order.crash?.at ?? '' })
        disk.cutPower()
        const cut = new PowerCut('the power fails here')
        power.abort(cut)
        throw cut
      })
      hooks.onRequest(() => {
        // In the middle of the service's work: it goes on, only this machine fails.
        try {
          trigger.reached('request')
        } catch (error) {
          if (!(error instanceof PowerCut)) throw error
        }
      })
      const tell: Tell = (entry) => {
        if (!trigger.fired) trace.push(entry)
      }
      const attempt = async (
        what: RunOrder,
        reached: Surroundings['reached'],
      ): Promise<RunError | undefined> => {
        try {
          await runSync(what, { files: disk.files(), processes, reached, tell, signal: power.signal })
          return undefined
        } catch (thrown) {
          return errorOf(thrown)
        }
      }
      const rival = createTrigger(order.rival, async () => {
        const error = await attempt(order, () => {})
        tell({ kind: 'rival', ...(error !== undefined && { error }) })
      })
      const error = await attempt(order, (point) => {
        // Not in an async function: an operation on files has to be broken off on the spot.
        const waiting = rival.reached(point)
        return waiting === undefined ? trigger.reached(point) : waiting
      })
      hooks.onRequest(undefined)
      if (trigger.fired) return { crashedAt: `${order.crash?.at} (${order.crash?.nth})`, trace }
      return { ...(error !== undefined && { error }), leftOpen: disk.openPaths, trace }
    },
    files: () => disk.files(),
    async close() {
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A process of this boot of the machine, so that locks of earlier ones are those of the dead. */
function processesOf(boot: number): Processes {
  const own = { pid: 1, host: 'machine', began: String(boot) }
  return { own: () => own, isRunning: ({ began }) => began === own.began }
}
