import type { SinkTestHost } from '@deltaverse/core'
import { createSeededRandom } from '@deltaverse/testing'
import { type ChildPool, createChildPool } from './run/child-pool.js'
import { createPowerMachine } from './run/power-machine.js'
import { createProcessMachine } from './run/process-machine.js'
import { runSeed, type SeedOptions, type SeedResult } from './run-seed.js'
import { planScenario, type Scenario, type ScenarioWishes } from './scenario.js'
import { targetOf } from './targets/targets.js'

/** Runs seeds, one after the other. */
export interface SeedRunner {
  run(seed: number, wishes?: ScenarioWishes, options?: SeedOptions): Promise<SeedResult>
  close(): Promise<void>
}

export function createSeedRunner(): SeedRunner {
  const hosts = new Map<string, Promise<SinkTestHost>>()
  let pool: ChildPool | undefined

  function hostOf(connector: string): Promise<SinkTestHost> {
    const started = hosts.get(connector) ?? targetOf(connector).testing.start()
    hosts.set(connector, started)
    return started
  }

  async function carryOut(scenario: Scenario, options: SeedOptions | undefined): Promise<SeedResult> {
    const host = await hostOf(scenario.sink.connector)
    if (scenario.way !== 'power') pool ??= createChildPool(2)
    const machine =
      scenario.way === 'power' || pool === undefined
        ? createPowerMachine(createSeededRandom(scenario.seed, 'power'))
        : createProcessMachine(pool)
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
