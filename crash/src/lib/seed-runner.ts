import { createSeededRandom } from '@deltaverse/testing'
import { type ChildPool, createChildPool } from './run/child-pool.js'
import { createPowerMachine } from './run/power-machine.js'
import { createProcessMachine } from './run/process-machine.js'
import { runSeed, type SeedOptions, type SeedResult } from './run-seed.js'
import { planScenario, type Scenario, type ScenarioWishes } from './scenario.js'
import type { CrashHost } from './targets/crash-target.js'
import { targetOf } from './targets/targets.js'

/** Runs seeds, one after the other. */
export interface SeedRunner {
  run(seed: number, wishes?: ScenarioWishes, options?: SeedOptions): Promise<SeedResult>
  close(): Promise<void>
}

export function createSeedRunner(): SeedRunner {
  const hosts = new Map<string, Promise<CrashHost>>()
  let pool: ChildPool | undefined

  function hostOf(connector: string): Promise<CrashHost> {
    const started = hosts.get(connector) ?? targetOf(connector).start()
    hosts.set(connector, started)
    return started
  }

  async function carryOut(scenario: Scenario, options: SeedOptions | undefined): Promise<SeedResult> {
    const host = await hostOf(scenario.sink.connector)
    if (scenario.way === 'process') pool ??= createChildPool(2)
    const machine =
      scenario.way === 'process' && pool !== undefined
        ? createProcessMachine(pool)
        : createPowerMachine(createSeededRandom(scenario.seed, 'power'))
    try {
      return await runSeed(scenario, machine, host, options)
    } finally {
      await machine.close()
    }
  }

  return {
    run: (seed, wishes, options) => carryOut(planScenario(seed, wishes), options),
    async close() {
      await pool?.close()
      for (const host of await Promise.all(hosts.values())) await host.stop()
    },
  }
}
