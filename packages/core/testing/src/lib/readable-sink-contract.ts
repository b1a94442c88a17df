import assert from 'node:assert/strict'
import type { HeldRow, ReadableSink, Sink, UpsertedChange } from '@deltaverse/core'
import type { ContractCase } from './contract-case.js'
import { account, deleted, fullRead, idOf } from './events.js'
import type { SinkHarness } from './sink-harness.js'
import { assertAborts, sinkCase } from './sink-session.js'

/** What a sink has to do that can tell what it holds. */
export function readableSinkContract<Position>(
  harness: SinkHarness<Position, Sink<Position> & ReadableSink>,
): readonly ContractCase[] {
  return [
    sinkCase(harness, 'holds nothing before the first commit', async ({ sink }) => {
      assert.deepEqual(await heldBy(sink), [])
    }),

    sinkCase(harness, 'tells id and version of every row, the last mention counting', async (session) => {
      await session.put(...fullRead(1, [account(1), account(2), account(3)]))
      await session.put(account(1, {}, 2), deleted(idOf(2)), account(4), deleted(idOf(5)))
      await session.put(account(2, {}, 3), deleted(idOf(4)))
      await expectHeld(session.sink, [account(1, {}, 2), account(2, {}, 3), account(3)])
    }),

    sinkCase(harness, 'tells nothing of what a later full read did not bring', async (session) => {
      await session.put(...fullRead(1, [account(1), account(2), account(3)]))
      const rows = [account(2, {}, 2), account(4)]
      await session.restart(await session.put(...fullRead(2, rows)))
      await expectHeld(session.sink, rows)
    }),

    sinkCase(harness, 'tells nothing of what is not committed', async (session) => {
      await session.put(...fullRead(1, [account(1)]))
      await session.write(account(1, {}, 2), account(2))
      await expectHeld(session.sink, [account(1)])
    }),

    sinkCase(harness, 'tells of 10,000 rows in groups', async (session) => {
      const rows = Array.from({ length: 10_000 }, (_, at) => account(at))
      await session.put(...fullRead(1, rows))
      let largest = 0
      for await (const group of session.sink.held()) largest = Math.max(largest, group.length)
      assert.ok(largest < 10_000, `a group of ${largest} rows: the size of groups has to be bounded`)
      await expectHeld(session.sink, rows)
    }),

    sinkCase(harness, 'stops telling when the signal is aborted or the reader leaves', async (session) => {
      await session.put(...fullRead(1, [account(1), account(2)]))
      await assertAborts(async (call) => {
        for await (const _ of session.sink.held(call));
      }, 'held')
      for await (const _ of session.sink.held()) break
      await session.put(account(3))
      await expectHeld(session.sink, [account(1), account(2), account(3)])
    }),
  ]
}

async function heldBy(sink: ReadableSink): Promise<readonly HeldRow[]> {
  const rows = new Map<string, HeldRow>()
  for await (const group of sink.held()) {
    for (const row of group) {
      if (row.deleted === true) rows.delete(row.id)
      else rows.set(row.id, row)
    }
  }
  return [...rows.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** A sink that does not keep versions may leave them out. */
async function expectHeld(sink: ReadableSink, changes: readonly UpsertedChange[]): Promise<void> {
  const held = await heldBy(sink)
  const ids = changes.map(({ id }) => id).sort()
  assert.deepEqual(
    held.map(({ id }) => id),
    ids,
  )
  const versions = new Map(changes.map(({ id, rowVersion }) => [id, rowVersion]))
  for (const { id, rowVersion } of held) {
    if (rowVersion !== undefined) assert.equal(rowVersion, versions.get(id), `the version of row ${id}`)
  }
}
