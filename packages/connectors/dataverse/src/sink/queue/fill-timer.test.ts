import { describe, expect, it } from 'vitest'
import { createFillTimer } from './fill-timer.js'

/** Time that passes only when it is told to. */
function createManualClock() {
  let nowMs = 0
  let sleepers: { readonly untilMs: number; readonly wake: () => void }[] = []
  return {
    now: () => nowMs,
    delay: (ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        sleepers.push({ untilMs: nowMs + ms, wake: resolve })
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
      }),
    async pass(ms: number) {
      nowMs += ms
      const due = sleepers.filter(({ untilMs }) => untilMs <= nowMs)
      sleepers = sleepers.filter(({ untilMs }) => untilMs > nowMs)
      for (const { wake } of due) wake()
      await new Promise((resolve) => setImmediate(resolve))
    },
    sleepers: () => sleepers.length,
  }
}

describe('createFillTimer()', () => {
  it('is due once the time is over, and tells it once', async () => {
    const clock = createManualClock()
    let told = 0
    const timer = createFillTimer(clock, 1_000, () => {
      told += 1
    })
    timer.start()
    await clock.pass(999)
    timer.start()
    expect([timer.due, told]).toEqual([false, 0])
    await clock.pass(1)
    timer.start()
    await clock.pass(5_000)
    expect([timer.due, told]).toEqual([true, 1])
  })

  it('counts from the last start, with one wait for many of them', async () => {
    const clock = createManualClock()
    let told = 0
    const timer = createFillTimer(clock, 1_000, () => {
      told += 1
    })
    for (let at = 0; at < 50; at += 1) {
      timer.start()
      await clock.pass(30)
      timer.reset()
      expect(clock.sleepers()).toBeLessThanOrEqual(1)
    }
    timer.start()
    await clock.pass(980)
    expect(timer.due).toBe(false)
    await clock.pass(20)
    expect([timer.due, told]).toEqual([true, 1])
    timer.reset()
    expect(timer.due).toBe(false)
  })

  it('is due at once where nothing is to be waited for, and never after it was closed', async () => {
    const clock = createManualClock()
    let told = 0
    const count = (): void => {
      told += 1
    }
    const timer = createFillTimer(clock, 0, count)
    timer.start()
    expect([timer.due, told]).toEqual([true, 1])
    const closed = createFillTimer(clock, 1_000, count)
    closed.start()
    closed.close()
    await clock.pass(2_000)
    expect([closed.due, told]).toEqual([false, 1])
  })
})
