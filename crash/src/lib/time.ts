import { setImmediate } from 'node:timers/promises'

/** Time of a scenario: it stands still, but for waits, which are over at once. */
export interface ScenarioTime {
  now(): number
  delay(ms: number): Promise<void>
  advance(ms: number): void
}

/** Milliseconds since the epoch at which every scenario begins. */
export const startMs: number = Date.UTC(2026, 2, 25, 12)

export function createTime(atMs: number = startMs): ScenarioTime {
  let nowMs = atMs
  return {
    now: () => nowMs,
    async delay(ms) {
      nowMs += ms
      await setImmediate()
    },
    advance(ms) {
      nowMs += ms
    },
  }
}
