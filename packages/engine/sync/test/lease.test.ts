import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type EmulatedTable, expectExact, startTable } from './support/emulated-table.js'
import { createTransactionalMemorySink } from './support/memory-sink.js'
import { setUp, type TestOptions } from './support/set-up.js'

let table: EmulatedTable

beforeEach(async () => {
  table = await startTable()
})
afterEach(() => table.stop())

describe('the lease', () => {
  it('refuses a second process before it touches anything, and says who holds it', async () => {
    const { sink, checkpoints, run } = setUp(table)
    const lease = await checkpoints.acquire('products')
    const refused = run()
    await expect(refused).rejects.toMatchObject({ code: 'conflict' })
    await expect(refused).rejects.toThrow(/process 4711/)
    expect(sink.calls.open).toBe(0)
    expect(table.emulator.requests).toEqual([])
    await lease.release()
    await run()
  })

  it('is waited for when that is allowed', async () => {
    const { sink, checkpoints, events, run } = setUp(table)
    table.add(2)
    const lease = await checkpoints.acquire('products')
    let nowMs = 0
    const clock = {
      now: () => nowMs,
      async delay(ms: number) {
        nowMs += ms
        if (nowMs >= 1_000) await lease.release()
      },
    }
    await expect(run({ leaseWaitMs: 600, clock })).rejects.toMatchObject({ code: 'conflict' })
    expect(nowMs).toBe(600)
    expect(events.map(({ kind }) => kind)).toEqual(['waiting-for-lease'])
    events.length = 0
    await run({ leaseWaitMs: 60_000, clock })
    expect(events.filter(({ kind }) => kind === 'waiting-for-lease')).toHaveLength(1)
    expectExact(sink.rows(), table)
  })

  it('ends its wait when it is told to stop', async () => {
    const { checkpoints, run } = setUp(table)
    await checkpoints.acquire('products')
    const controller = new AbortController()
    const reason = new Error('enough')
    const clock = {
      now: () => 0,
      delay: async () => controller.abort(reason),
    }
    await expect(run({ leaseWaitMs: 60_000, clock, signal: controller.signal })).rejects.toBe(reason)
  })

  it('stops the sync when it is lost, which commits nothing more', async () => {
    const { sink, checkpoints, run, state } = setUp(table)
    table.add(9)
    let commits = 0
    const onStep: TestOptions['onStep'] = (step) => {
      if (step === 'after-state-saved') commits += 1
      if (step === 'batch-written' && commits === 1) checkpoints.lose('products', new Error('taken'))
    }
    await expect(run({ commitBytes: 1, onStep })).rejects.toMatchObject({
      code: 'conflict',
      retryable: false,
    })
    expect(commits).toBe(1)
    expect(state()?.state.checkpoint).toMatchObject({ phase: 'snapshot', rowsRead: 3 })
    expect(sink.isOpen()).toBe(false)
  })

  it('stops the sync before it begins when it is lost by then', async () => {
    const { sink, checkpoints, run } = setUp(table)
    const acquire = async (name: string) => {
      const lease = await checkpoints.acquire(name)
      checkpoints.lose(name)
      return lease
    }
    await expect(run({ checkpoints: { ...checkpoints, acquire } })).rejects.toMatchObject({
      code: 'conflict',
    })
    expect(sink.calls.open).toBe(0)
  })

  it('is that of a transactional sink, where there is no store', async () => {
    const { checkpoints, run } = setUp(table)
    const sink = { ...createTransactionalMemorySink(), acquire: checkpoints.acquire }
    const lease = await checkpoints.acquire('products')
    await expect(run({ sink, checkpoints: undefined })).rejects.toMatchObject({ code: 'conflict' })
    await lease.release()
    await run({ sink, checkpoints: undefined })
    expect(checkpoints.isHeld('products')).toBe(false)
  })
})
