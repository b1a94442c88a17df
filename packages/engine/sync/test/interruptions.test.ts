import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SyncStep } from '../src/index.js'
import { type EmulatedTable, expectExact, startTable } from './support/emulated-table.js'
import { createFailingCalls } from './support/failing.js'
import { forgetful } from './support/forgetful.js'
import { type createMemorySink, createTransactionalMemorySink } from './support/memory-sink.js'
import { type SetUp, setUp, type TestOptions } from './support/set-up.js'

let table: EmulatedTable

beforeEach(async () => {
  table = await startTable()
})
afterEach(() => table.stop())

const crash = new Error('crash')

/** A synced table whose rows have changed since. @returns how to go back there */
async function prepare({ run, backUp }: SetUp, options: Partial<TestOptions>): Promise<() => void> {
  const ids = table.add(6)
  await run(options)
  table.change(ids[0]!, 'Renamed')
  for (const id of ids.slice(2, 4)) table.remove(id)
  table.add(1)
  return backUp()
}

function expectSettled({ sink, fingerprints }: SetUp, options: Partial<TestOptions>): void {
  expectExact(sink.rows(), table)
  expectExact(sink.published(), table)
  if (options.fingerprints !== undefined) expect(fingerprints.rows()).toEqual(sink.rows())
}

describe.each([
  { read: 'delta', withFingerprints: false },
  { read: 'resync', withFingerprints: false },
  { read: 'restart', withFingerprints: false },
  { read: 'delta', withFingerprints: true },
  { read: 'resync', withFingerprints: true },
  { read: 'restart', withFingerprints: true },
])('a $read (with a fingerprint store: $withFingerprints)', ({ read, withFingerprints }) => {
  const first = (): Partial<TestOptions> => ({
    restart: read === 'restart',
    ...(read === 'resync' && { source: forgetful(table.feed({ pageSize: 3 })) }),
  })

  it('that is broken off at any step is exact after the next run', async () => {
    const steps: SyncStep[] = []
    const rooms = setUp(table)
    const options = { commitBytes: 300, ...(withFingerprints && { fingerprints: rooms.fingerprints }) }
    const goBack = await prepare(rooms, options)
    for (let at = 1; ; at += 1) {
      goBack()
      let taken = 0
      let last: SyncStep | undefined
      const onStep: TestOptions['onStep'] = (step) => {
        taken += 1
        last = step
        if (taken === at) throw crash
      }
      const outcome = await rooms.run({ ...options, ...first(), onStep }).catch((error) => error)
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
    }
    const expected: SyncStep[] = ['lease-taken', 'opened', 'page-read', 'batch-written', 'after-state-saved']
    if (read !== 'delta') expected.push('resync-began', 'before-complete')
    if (read === 'resync' && withFingerprints) expected.push('deletions-derived')
    expect(steps).toEqual(expect.arrayContaining(expected))
  })

  it.each(['before', 'after'] as const)('is exact when any call fails %s its effect', async (when) => {
    const failures = createFailingCalls()
    const rooms = setUp(table)
    const { sink, checkpoints, fingerprints } = rooms
    const failing: Partial<TestOptions> = {
      commitBytes: 300,
      sink: failures.wrap(sink, ['open', 'write', 'commit']),
      checkpoints: failures.wrap(checkpoints, ['load', 'save']),
      ...(withFingerprints && {
        fingerprints: failures.wrap(fingerprints, ['open', 'record', 'remove', 'commit']),
      }),
    }
    const goBack = await prepare(rooms, failing)
    for (let at = 1; ; at += 1) {
      goBack()
      failures.failAt(at, when)
      const outcome = await rooms.run({ ...failing, ...first() }).catch((error) => error)
      if (failures.isPending()) break
      expect(outcome).toMatchObject({ code: 'sink-failed' })
      await rooms.run(failing)
      expectSettled(rooms, failing)
    }
    failures.never()
  })
})

type Write = 'add' | 'remove' | 'change'
type Fault = 'busy' | 'expired' | 'refused link' | 'cut off' | 'dropped'

const writes = fc.record({
  kind: fc.constantFrom<Write[]>('add', 'add', 'remove', 'change', 'change'),
  at: fc.nat(1_000),
})
const rounds = fc.record({
  before: fc.array(writes, { maxLength: 6 }),
  /** Written under the read, one behind each of these steps. */
  during: fc.array(fc.record({ step: fc.integer({ min: 1, max: 25 }), write: writes }), { maxLength: 4 }),
  fault: fc.option(
    fc.record({
      kind: fc.constantFrom<Fault[]>('busy', 'expired', 'refused link', 'cut off', 'dropped'),
      nth: fc.integer({ min: 1, max: 4 }),
    }),
  ),
  failure: fc.option(
    fc.record({
      nth: fc.integer({ min: 1, max: 20 }),
      when: fc.constantFrom('before' as const, 'after' as const),
    }),
  ),
  crashAt: fc.option(fc.integer({ min: 1, max: 25 })),
  restart: fc.nat(5).map((number) => number === 0),
})

describe('any interleaving of writes, faults of the service and of the sink, interruptions and resyncs', () => {
  it.each([
    { withFingerprints: false, transactional: false },
    { withFingerprints: false, transactional: true },
    { withFingerprints: true, transactional: false },
    { withFingerprints: true, transactional: true },
  ])('ends in the state of the table (%o)', async ({ withFingerprints, transactional }) => {
    const script = fc.array(rounds, { minLength: 1, maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(script, fc.integer({ min: 1, max: 900 }), async (given, commitBytes) => {
        table.emulator.faults.clear()
        const rooms = setUp(table)
        const sink = transactional ? createTransactionalMemorySink() : rooms.sink
        const failures = createFailingCalls()
        const options: Partial<TestOptions> = {
          commitBytes,
          maxDeleteShare: 1,
          checkpoints: transactional ? undefined : failures.wrap(rooms.checkpoints, ['load', 'save']),
          sink: isTransactional(sink)
            ? failures.wrap(sink, ['open', 'write', 'loadState', 'commitWith'])
            : failures.wrap(sink, ['open', 'write', 'commit']),
          ...(withFingerprints && {
            fingerprints: failures.wrap(rooms.fingerprints, ['open', 'record', 'remove', 'commit']),
          }),
        }
        for (const { before, during, fault, failure, crashAt, restart } of given) {
          before.forEach(write)
          if (fault !== null) misbehave(fault.kind, fault.nth)
          if (failure !== null) failures.failAt(failure.nth, failure.when, false)
          let taken = 0
          const onStep: TestOptions['onStep'] = () => {
            taken += 1
            for (const each of during) if (each.step === taken) write(each.write)
            if (taken === crashAt) throw crash
          }
          await rooms.run({ ...options, restart, onStep }).catch(() => undefined)
        }
        failures.never()
        table.emulator.faults.clear()
        await rooms.run(options)
        expectExact(sink.rows(), table)
        if (withFingerprints) expect(rooms.fingerprints.rows()).toEqual(sink.rows())
      }),
      { seed: 20_260_301, numRuns: 12 },
    )
  })
})

function isTransactional(
  sink: ReturnType<typeof createMemorySink> | ReturnType<typeof createTransactionalMemorySink>,
): sink is ReturnType<typeof createTransactionalMemorySink> {
  return 'commitWith' in sink
}

function write({ kind, at }: { readonly kind: Write; readonly at: number }): void {
  const ids = [...table.expected().keys()]
  const id = ids[at % Math.max(1, ids.length)]
  if (id === undefined || kind === 'add') table.add(1)
  else if (kind === 'remove') table.remove(id)
  else table.change(id, `Name ${at}`)
}

function misbehave(kind: Fault, nth: number): void {
  const { faults } = table.emulator
  const url = 'products?'
  if (kind === 'busy') faults.next({ url, nth, status: 503 })
  else if (kind === 'expired') faults.next({ url, nth, expireTokens: true })
  else if (kind === 'refused link') faults.next({ url: 'skiptoken', nth, status: 400, code: '0x80041129' })
  else if (kind === 'cut off') faults.next({ url, nth, cutBody: { afterBytes: 300 } })
  else faults.next({ url, nth, drop: 'before-effect' })
}
