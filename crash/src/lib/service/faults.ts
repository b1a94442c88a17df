import type { FaultAction, Faults } from '@deltaverse/emulator'
import type { SeededRandom } from '@deltaverse/testing'
import type { Scenario } from '../scenario.js'

const makers: readonly [(random: SeededRandom) => FaultAction, ...((random: SeededRandom) => FaultAction)[]] =
  [
    (random) => ({ status: 429, code: '0x80072322', retryAfterSeconds: random.between(1, 300) }),
    (random) => ({ status: random.pick([502, 503, 504]), body: random.pick(['json', 'html']) }),
    () => ({ drop: 'before-effect' }),
    () => ({ drop: 'after-effect' }),
    (random) => ({ cutBody: { afterBytes: random.below(4000), how: random.pick(['reset', 'close']) } }),
    // Looks like a whole answer: only its content tells that it is not.
    (random) => ({ cutBody: { afterBytes: random.below(1500), how: 'complete' } }),
    // The service fails on this very request: the run ends with an error, and the next one goes on.
    () => ({ status: 500, code: '0x80040216' }),
  ]

/** Lets some of the next requests go wrong, as the seed says. */
export function armFaults(faults: Faults, scenario: Scenario, random: SeededRandom): void {
  for (let nth = 1; nth <= 60; nth += 1) {
    if (!random.chance(scenario.faultsPerRequest)) continue
    const expires = random.chance(0.1) && scenario.service.expiry === 'error'
    faults.add({ ...(expires ? { expireTokens: true } : random.pick(makers)(random)), nth, times: 1 })
  }
}
