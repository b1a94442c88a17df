import { describe, expect, it } from 'vitest'
import { readAhead } from './read-ahead.js'

/** A source that tells how far it was pulled and whether it was closed. */
function createSource(items: number, failAt?: number) {
  const state = { pulled: 0, closed: false, stopped: false }
  async function* source() {
    try {
      for (let item = 1; item <= items; item += 1) {
        state.pulled = item
        if (item === failAt) throw new Error('broke off')
        yield item
      }
    } finally {
      state.closed = true
    }
  }
  const options = { sizeOf: () => 10, stop: () => Object.assign(state, { stopped: true }) }
  return { state, source: source(), options }
}

/** Lets everything run that waits for nothing but its turn. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 200; turn += 1) await Promise.resolve()
}

describe('readAhead()', () => {
  it('gives every item in order', async () => {
    for (const maxBytes of [0, 1, 25, 1000]) {
      const { source, options, state } = createSource(50)
      const seen: number[] = []
      for await (const item of readAhead(source, { ...options, maxBytes })) seen.push(item)
      expect(seen).toEqual(Array.from({ length: 50 }, (_, index) => index + 1))
      expect(state.closed).toBe(true)
    }
  })

  it('pulls until the window is full, and goes on as it empties', async () => {
    const { source, options, state } = createSource(100)
    const reading = readAhead(source, { ...options, maxBytes: 30 })
    await reading.next()
    await settle()
    // One is with the consumer, three fill the window.
    expect(state.pulled).toBe(4)
    await reading.next()
    await settle()
    expect(state.pulled).toBe(5)
    await reading.return()
  })

  it('pulls nothing unasked with a window of 0', async () => {
    const { source, options, state } = createSource(100)
    const reading = readAhead(source, { ...options, maxBytes: 0 })
    await reading.next()
    await settle()
    expect(state.pulled).toBe(1)
    await reading.return()
    expect(state.closed).toBe(true)
  })

  it('lets other work have its turn while a full window is emptied', async () => {
    const { source, options } = createSource(100)
    const large = { ...options, sizeOf: () => 64 * 1024, maxBytes: 100 * 64 * 1024 }
    const reading = readAhead(source, large)
    await reading.next()
    await settle()
    let turns = 0
    const count = () => {
      turns += 1
      timer = setImmediate(count)
    }
    let timer = setImmediate(count)
    while (!(await reading.next()).done);
    clearImmediate(timer)
    expect(turns).toBeGreaterThan(5)
  })

  it('closes its source when the consumer leaves', async () => {
    const { source, options, state } = createSource(100)
    for await (const item of readAhead(source, { ...options, maxBytes: 30 })) if (item === 2) break
    expect(state).toMatchObject({ closed: true, stopped: true })
    expect(state.pulled).toBeLessThan(10)
  })

  it('ends a pull that is under way when the consumer leaves', async () => {
    let release = (): void => {}
    async function* hanging() {
      yield 1
      await new Promise<void>((_, reject) => {
        release = () => reject(new Error('stopped'))
      })
    }
    const reading = readAhead(hanging(), { maxBytes: 100, sizeOf: () => 1, stop: () => release() })
    await reading.next()
    await settle()
    await expect(reading.return()).resolves.toEqual({ done: true, value: undefined })
  })

  it('delivers what came before an error, and then the error', async () => {
    const { source, options } = createSource(10, 4)
    const seen: number[] = []
    const reading = (async () => {
      for await (const item of readAhead(source, { ...options, maxBytes: 1000 })) seen.push(item)
    })()
    await expect(reading).rejects.toThrow('broke off')
    expect(seen).toEqual([1, 2, 3])
  })
})
