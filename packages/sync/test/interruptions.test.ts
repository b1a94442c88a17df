import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SyncStep } from '../src/index.js'
import { type EmulatedTable, expectExact, startTable } from './support/emulated-table.js'
import { createFailingCalls } from './support/failing.js'
import { createTransactionalMemorySink } from './support/memory-sink.js'
import { createRandom } from './support/random.js'
import { type SetUp, setUp, type TestOptions } from './support/set-up.js'

let table: EmulatedTable

beforeEach(async () => {
  table = await startTable()
})
afterEach(() => table.stop())

const crash = new Error('crash')

/** Behind a full read: rows change, and a resync is asked for. */
async function prepare({ run }: SetUp, options: Partial<TestOptions>): Promise<void> {
  const ids = table.add(6)
  await run(options)
  table.change(ids[0]!, 'Renamed')
  for (const id of ids.slice(2, 4)) table.remove(id)
  table.add(1)
}

function expectSettled({ sink, ledger }: SetUp, options: Partial<TestOptions>): void {
  expectExact(sink.rows(), table)
  if (options.ledger !== undefined) expect(ledger.rows()).toEqual(sink.rows())
}

describe.each([
  { read: 'delta', restart: false, withLedger: false },
  { read: 'resync', restart: true, withLedger: false },
  { read: 'delta', restart: false, withLedger: true },
  { read: 'resync', restart: true, withLedger: true },
])('a $read (with a ledger: $withLedger)', ({ restart, withLedger }) => {
  it('that is broken off at any step is exact after the next run', async () => {
    const steps: SyncStep[] = []
    const feed = table.feed({ pageSize: 3 })
    for (let at = 1; ; at += 1) {
      const rooms = setUp(table)
      const options = { feed, commitBytes: 300, ...(withLedger && { ledger: rooms.ledger }) }
      await prepare(rooms, options)
      let taken = 0
      let last: SyncStep | undefined
      const onStep: TestOptions['onStep'] = (step) => {
        taken += 1
        last = step
        if (taken === at) throw crash
      }
      const outcome = await rooms.run({ ...options, restart, onStep }).catch((error) => error)
      if (outcome !== crash) break
      if (last !== undefined) steps.push(last)
      expect(rooms.checkpoints.isHeld('products')).toBe(false)
      // Broken off once more, soon after, before it may finish.
      taken = 0
      const again: TestOptions['onStep'] = () => {
        taken += 1
        if (taken === 4) throw crash
      }
      await rooms.run({ ...options, onStep: again }).catch((error) => expect(error).toBe(crash))
      await rooms.run(options)
      expectSettled(rooms, options)
      for (const id of table.expected().keys()) table.remove(id)
    }
    const expected: SyncStep[] = ['lease-taken', 'opened', 'page-read', 'batch-written', 'after-state-saved']
    if (restart) expected.push('resync-began', 'before-complete')
    if (restart && withLedger) expected.push('deletions-derived')
    expect(steps).toEqual(expect.arrayContaining(expected))
  })

  it.each(['before', 'after'] as const)('is exact when any call fails %s its effect', async (when) => {
    const failures = createFailingCalls()
    const feed = table.feed({ pageSize: 3 })
    for (let at = 1; ; at += 1) {
      const rooms = setUp(table)
      const { sink, checkpoints, ledger } = rooms
      const failing: Partial<TestOptions> = {
        feed,
        commitBytes: 300,
        sink: failures.wrap(sink, ['open', 'write', 'commit']),
        checkpoints: failures.wrap(checkpoints, ['load', 'save']),
        ...(withLedger && { ledger: failures.wrap(ledger, ['open', 'record', 'remove', 'commit']) }),
      }
      await prepare(rooms, failing)
      failures.failAt(at, when)
      const outcome = await rooms.run({ ...failing, restart }).catch((error) => error)
      if (failures.isPending()) break
      expect(outcome).toMatchObject({ code: 'sink-failed' })
      await rooms.run(failing)
      expectSettled(rooms, failing)
      for (const id of table.expected().keys()) table.remove(id)
    }
    failures.never()
  })
})

describe('any interleaving of writes, faults of the service and of the sink, interruptions and resyncs', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('ends in the state of the table (seed %i)', async (seed) => {
    const random = createRandom(seed)
    const failures = createFailingCalls()
    const rooms = setUp(table)
    const transactional = seed % 2 === 0 ? createTransactionalMemorySink() : undefined
    const sink = transactional ?? rooms.sink
    const ledger =
      seed % 4 < 2 ? failures.wrap(rooms.ledger, ['open', 'record', 'remove', 'commit']) : undefined
    const options: Partial<TestOptions> = {
      feed: table.feed({ pageSize: 3 }),
      commitBytes: 1 + random.below(900),
      maxDeleteShare: 1,
      ledger,
      ...(transactional === undefined
        ? {
            sink: failures.wrap(rooms.sink, ['open', 'write', 'commit']),
            checkpoints: failures.wrap(rooms.checkpoints, ['load', 'save']),
          }
        : {
            sink: failures.wrap(transactional, ['open', 'write', 'loadState', 'commitWith']),
            checkpoints: undefined,
          }),
    }
    for (let round = 0; round < 25; round += 1) {
      writeSomething(random)
      if (random.below(3) === 0) misbehave(random)
      if (random.below(3) === 0) {
        failures.failAt(1 + random.below(20), random.below(2) === 0 ? 'before' : 'after', false)
      }
      const breakAt = random.below(3) === 0 ? 1 + random.below(25) : 0
      let taken = 0
      const onStep: TestOptions['onStep'] = () => {
        taken += 1
        // Also writes under the read.
        if (random.below(6) === 0) writeSomething(random)
        if (taken === breakAt) throw crash
      }
      const restart = random.below(6) === 0
      await rooms.run({ ...options, restart, onStep }).catch(() => undefined)
    }
    failures.never()
    table.emulator.faults.clear()
    await rooms.run(options)
    expectExact(sink.rows(), table)
    if (ledger !== undefined) expect(rooms.ledger.rows()).toEqual(sink.rows())
  })
})

type Random = ReturnType<typeof createRandom>

function writeSomething(random: Random): void {
  for (let count = random.below(6); count > 0; count -= 1) {
    const ids = [...table.expected().keys()]
    const id = ids[random.below(ids.length)]
    const choice = random.below(4)
    if (id === undefined || choice === 0) table.add(1)
    else if (choice === 1) table.remove(id)
    else table.change(id, `Name ${random.below(1_000)}`)
  }
}

function misbehave(random: Random): void {
  const { faults } = table.emulator
  const nth = 1 + random.below(4)
  const url = 'products?'
  const faultsToChoose = [
    () => faults.next({ url, nth, status: 503 }),
    () => faults.next({ url, nth, expireTokens: true }),
    () => faults.next({ url: 'skiptoken', nth, status: 400, code: '0x80041129' }),
    () => faults.next({ url, nth, cutBody: { afterBytes: 100 + random.below(400) } }),
    () => faults.next({ url, nth, drop: 'before-effect' }),
  ]
  faultsToChoose[random.below(faultsToChoose.length)]?.()
}
