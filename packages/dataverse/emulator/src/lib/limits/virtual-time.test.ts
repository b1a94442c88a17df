import { describe, expect, it } from 'vitest'
import { createVirtualTime } from './virtual-time.js'

describe('createVirtualTime()', () => {
  it('ends waits in the order of their times, and jumps between them', async () => {
    const time = createVirtualTime({ startMs: 0, quietMs: 0 })
    const seen: [string, number][] = []
    const sleep = async (name: string, ms: number) => {
      await time.wait(ms)
      seen.push([name, time.now()])
    }
    await Promise.all([
      sleep('long', 300_000),
      sleep('short', 10),
      sleep('two', 500).then(() => sleep('after two', 1000)),
    ])
    expect(seen).toEqual([
      ['short', 10],
      ['two', 500],
      ['after two', 1500],
      ['long', 300_000],
    ])
  })

  it('stands still while nobody waits', async () => {
    const time = createVirtualTime({ startMs: 7 })
    await new Promise(setImmediate)
    expect(time.now()).toBe(7)
  })

  it('rejects with the reason of the signal, before and during the wait, and forgets the wait', async () => {
    const time = createVirtualTime({ startMs: 0, quietMs: 0 })
    const reason = new Error('enough')
    await expect(time.wait(5, AbortSignal.abort(reason))).rejects.toBe(reason)
    const controller = new AbortController()
    const wait = time.wait(1_000_000, controller.signal)
    controller.abort(reason)
    await expect(wait).rejects.toBe(reason)
    await time.wait(5)
    expect(time.now()).toBe(5)
  })
})
