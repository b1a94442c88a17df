import type { ContractCase } from './contract-case.js'
import { account, checkpoint, deleted, fullRead, idOf } from './events.js'
import type { SinkHarness } from './sink-harness.js'
import { sinkCase } from './sink-session.js'

/** What changes do to rows. */
export function sinkRowCases<Position>(harness: SinkHarness<Position>): readonly ContractCase[] {
  return [
    sinkCase(harness, 'keeps the rows of a full read', async (session) => {
      const rows = [account(1), account(2), account(3)]
      await session.put(...fullRead(1, rows))
      await session.expectRows(rows, 'after the full read')
    }),

    sinkCase(harness, 'keeps rows that come in several writes before one commit', async (session) => {
      const [before, ...rows] = fullRead(1, [account(1), account(2)])
      await session.write(...(before === undefined ? [] : [before]))
      for (const event of rows) await session.write(event)
      await session.commit()
      await session.expectRows([account(1), account(2)], 'after the full read')
    }),

    sinkCase(harness, 'keeps rows that come without a full read around them', async (session) => {
      await session.put(account(1), account(2), checkpoint())
      await session.expectRows([account(1), account(2)], 'after the commit')
    }),

    sinkCase(harness, 'takes commits without changes and writes without events', async (session) => {
      await session.restart(await session.commit())
      await session.expectRows([], 'after a commit of nothing')
      await session.put(account(1))
      await session.write()
      await session.commit()
      await session.restart(await session.put(checkpoint()))
      await session.expectRows([account(1)], 'after commits without changes')
    }),

    sinkCase(harness, 'deletes rows, also those that it never saw', async (session) => {
      await session.put(...fullRead(1, [account(1), account(2), account(3)]))
      await session.put(deleted(idOf(2)), deleted(idOf(99)), checkpoint())
      await session.expectRows([account(1), account(3)], 'after the deletions')
      await session.restart(await session.put(deleted(idOf(2)), deleted(idOf(3))))
      await session.expectRows([account(1)], 'after more deletions')
    }),

    sinkCase(harness, 'keeps the last of several versions in one commit', async (session) => {
      await session.put(account(1, {}, 1), account(2, {}, 1), account(1, {}, 2), account(1, {}, 3))
      await session.expectRows([account(1, {}, 3), account(2, {}, 1)], 'after the commit')
    }),

    sinkCase(harness, 'keeps the last of several versions across commits', async (session) => {
      await session.put(account(1, {}, 1), account(2, {}, 1))
      await session.put(account(1, {}, 2))
      await session.restart(await session.put(account(1, {}, 3)))
      await session.expectRows([account(1, {}, 3), account(2, {}, 1)], 'after three commits')
    }),

    sinkCase(harness, 'forgets columns that the new version of a row does not have', async (session) => {
      await session.put(account(1, { description: 'to be dropped' }, 1))
      await session.put(account(1, {}, 2))
      await session.expectRows([account(1, {}, 2)], 'after the second version')
    }),

    sinkCase(
      harness,
      'takes a row that was deleted back, and deletes one that was just written',
      async (session) => {
        await session.put(account(1), deleted(idOf(1)), account(1, {}, 2), account(2), deleted(idOf(2)))
        await session.expectRows([account(1, {}, 2)], 'within one commit')
        await session.put(deleted(idOf(1)), account(2, {}, 2))
        await session.put(account(1, {}, 3), deleted(idOf(2)))
        await session.expectRows([account(1, {}, 3)], 'across commits')
      },
    ),

    sinkCase(harness, 'is left by the same changes twice as by the same changes once', async (session) => {
      const changes = [account(1), account(2), deleted(idOf(3)), account(1, {}, 2), deleted(idOf(2))]
      await session.put(account(3))
      await session.put(...changes, ...changes)
      await session.expectRows([account(1, {}, 2)], 'after both in one commit')
      await session.put(...changes)
      await session.expectRows([account(1, {}, 2)], 'after the same in another commit')
    }),
  ]
}
