import assert from 'node:assert/strict'
import type { ContractCase } from './contract-case.js'
import type { SourceHarness } from './source-harness.js'
import { checkpointsIn, countOf, eventsOf, held, lastCheckpoint, sourceCase } from './source-session.js'

const many = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]

/** What the reads of a source tell. */
export function sourceReadCases(harness: SourceHarness): readonly ContractCase[] {
  return [
    sourceCase(harness, 'tells every row of a table between a reset and its end', async (session) => {
      const ids = await session.fill(many)
      const events = await session.read()
      const [first] = events
      assert.ok(first?.kind === 'reset', 'a first read begins with a reset')
      assert.equal(first.reason, 'initial')
      assert.equal(first.epoch, 1)
      const ends = events.filter(({ kind }) => kind === 'complete')
      assert.deepEqual(ends, [{ kind: 'complete', epoch: 1, rows: 10 }])
      const rows = held(harness, events)
      assert.deepEqual([...rows.keys()].sort(), [...ids].sort())
      for (const [at, id] of ids.entries()) assert.equal(rows.get(id), `first ${many[at]}`)
    }),

    sourceCase(harness, 'reads an empty table to its end', async (session) => {
      const events = await session.read()
      assert.equal(held(harness, events).size, 0)
      assert.equal(countOf(events, 'complete'), 1)
      assert.ok(lastCheckpoint(events).isBoundary)
    }),

    sourceCase(harness, 'ends at a boundary, and has none within a snapshot', async (session) => {
      await session.fill(many)
      const events = await session.read()
      assert.equal(events.at(-1)?.kind, 'checkpoint', 'a read ends with a checkpoint')
      const end = events.findIndex(({ kind }) => kind === 'complete')
      for (const { isBoundary, phase } of checkpointsIn(events.slice(0, end))) {
        assert.equal(isBoundary, false)
        assert.equal(phase, 'snapshot')
      }
      const last = lastCheckpoint(events)
      assert.equal(last.isBoundary, true)
      assert.equal(last.phase, 'incremental')
    }),

    sourceCase(harness, 'tells what changed since a checkpoint, and what is gone', async (session) => {
      const [, second] = await session.fill(many)
      const events = await session.read()
      await harness.upsert(1, 'again 1')
      await harness.remove(2)
      const added = await harness.upsert(11, 'new 11')
      const next = await session.read({ checkpoint: lastCheckpoint(events) })
      assert.equal(countOf(next, 'reset'), 0, 'nothing is read in full')
      const rows = held(harness, next, held(harness, events))
      assert.equal(rows.size, 10)
      assert.equal(rows.has(String(second)), false, 'what was deleted is gone')
      assert.equal(rows.get(added), 'new 11')
      assert.ok([...rows.values()].includes('again 1'))
      const told = next.filter(({ kind }) => kind === 'upserted' || kind === 'deleted')
      assert.ok(told.length <= 3, `three rows changed, and ${told.length} were told of`)
    }),

    sourceCase(harness, 'has nothing to tell where nothing changed', async (session) => {
      await session.fill(many)
      const checkpoint = lastCheckpoint(await session.read())
      for (const event of await session.read({ checkpoint })) assert.equal(event.kind, 'checkpoint')
    }),

    sourceCase(harness, 'goes on from every checkpoint, and misses nothing', async (session) => {
      await session.fill(many)
      const events = await session.read()
      await session.fill([3, 12], 'later')
      await harness.remove(5)
      const wanted = held(harness, await session.read({ restart: true }))
      for (const [at, event] of events.entries()) {
        if (event.kind !== 'checkpoint') continue
        const before = events.slice(0, at + 1)
        const [checkpoint] = checkpointsIn([event])
        const rest = await eventsOf(await harness.reopen(), { checkpoint })
        // A sink that was told what stands before a checkpoint, and what comes behind it, in one go.
        assert.deepEqual(
          sorted(held(harness, [...before, ...rest])),
          sorted(wanted),
          `going on from checkpoint ${at} of ${events.length}`,
        )
      }
    }),

    sourceCase(harness, 'begins anew when it is told to, under a higher epoch', async (session) => {
      await session.fill([1, 2])
      const checkpoint = lastCheckpoint(await session.read())
      const again = await session.read({ checkpoint, restart: true })
      const [first] = again
      assert.ok(first?.kind === 'reset')
      assert.equal(first.reason, 'requested')
      assert.ok(first.epoch > checkpoint.epoch, `epoch ${first.epoch} is not above ${checkpoint.epoch}`)
      assert.equal(held(harness, again).size, 2)
    }),

    ...forgetfulCases(harness),
  ]
}

function forgetfulCases(harness: SourceHarness): readonly ContractCase[] {
  const forget = harness.forget?.bind(harness)
  if (forget === undefined) return []
  return [
    sourceCase(
      harness,
      'reads in full where it has forgotten a checkpoint, and says why',
      async (session) => {
        await session.fill([1, 2, 3])
        const events = await session.read()
        await harness.remove(2)
        await forget()
        const next = await session.read({ checkpoint: lastCheckpoint(events) })
        const [first] = next
        assert.ok(first?.kind === 'reset', 'it begins anew')
        assert.equal(first.reason, 'token-expired')
        assert.ok(first.epoch > 1)
        assert.equal(held(harness, next, held(harness, events)).size, 2)
      },
    ),
  ]
}

function sorted(rows: ReadonlyMap<string, unknown>): readonly (readonly [string, unknown])[] {
  return [...rows].sort(([one], [other]) => (one < other ? -1 : 1))
}
