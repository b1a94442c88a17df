import type { UpsertedChange } from '@deltaverse/core'
import type { ContractCase } from './contract-case.js'
import { account, checkpoint, complete, deleted, fullRead, idOf, reset } from './events.js'
import type { SinkHarness } from './sink-harness.js'
import { assertAmong, sinkCase } from './sink-session.js'

/** What full reads do to the rows of earlier ones. */
export function sinkEpochCases<Position>(harness: SinkHarness<Position>): readonly ContractCase[] {
  return [
    sinkCase(harness, 'drops at complete what a full read did not bring', async (session) => {
      await session.put(...fullRead(1, [account(1), account(2), account(3)]))
      await session.put(account(4))
      await session.put(...fullRead(2, [account(2, {}, 2), account(4), account(5)]))
      const rows = [account(2, {}, 2), account(4), account(5)]
      await session.expectRows(rows, 'after the second full read')
      await session.restart(await session.commit())
      await session.expectRows(rows, 'once open again')
    }),

    sinkCase(harness, 'takes a full read that is spread over many commits', async (session) => {
      await session.put(...fullRead(1, [account(1), account(2), account(3)]))
      await session.put(reset(2))
      await session.put(account(3, {}, 2))
      await session.put(account(4))
      await session.put(complete(2, 2))
      await session.put(checkpoint({ epoch: 2 }))
      await session.expectRows([account(3, {}, 2), account(4)], 'after complete')
    }),

    sinkCase(harness, 'goes on with changes after a full read', async (session) => {
      await session.put(...fullRead(1, [account(1), account(2)]))
      await session.put(...fullRead(2, [account(2), account(3)]))
      await session.put(account(4), deleted(idOf(3)), account(2, {}, 2))
      await session.expectRows([account(2, {}, 2), account(4)], 'after the changes')
    }),

    sinkCase(harness, 'goes on with a full read that was interrupted', async (session) => {
      await session.put(...fullRead(1, [account(1), account(2), account(3)]))
      const position = await session.put(reset(2), account(2, {}, 2))
      await session.write(account(3, {}, 2))
      await session.crash(position)
      await session.restart(await session.put(account(4)))
      await session.put(account(5), complete(2, 3), checkpoint({ epoch: 2 }))
      await session.expectRows([account(2, {}, 2), account(4), account(5)], 'after complete')
    }),

    sinkCase(harness, 'goes on with the very first full read when it was interrupted', async (session) => {
      const position = await session.put(reset(1, 'initial'), account(1), account(2))
      await session.write(account(9))
      await session.crash(position)
      await session.put(account(3), complete(1, 3), checkpoint())
      await session.expectRows([account(1), account(2), account(3)], 'after complete')
    }),

    sinkCase(harness, 'counts only the last beginning of an epoch that begins twice', async (session) => {
      await session.put(...fullRead(1, [account(1), account(2), account(3)]))
      await session.put(reset(2), account(1, {}, 2), account(4))
      await session.restart(await session.put(reset(2), account(2, {}, 2)))
      await session.put(account(5), complete(2, 2), checkpoint({ epoch: 2 }))
      await session.expectRows([account(2, {}, 2), account(5)], 'after complete')
    }),

    sinkCase(harness, 'counts only the last beginning when both are in one commit', async (session) => {
      await session.put(reset(1), account(1), account(2), reset(1), account(2), account(3), complete(1, 2))
      await session.expectRows([account(2), account(3)], 'after complete')
    }),

    sinkCase(harness, 'counts only the later epoch when the earlier was never complete', async (session) => {
      await session.put(...fullRead(1, [account(1), account(2)]))
      await session.put(reset(2), account(1, {}, 2), account(3))
      await session.put(...fullRead(3, [account(2, {}, 3), account(4)]))
      await session.expectRows([account(2, {}, 3), account(4)], 'after complete')
    }),

    sinkCase(harness, 'is empty when a full read brought nothing', async (session) => {
      await session.put(...fullRead(1, []))
      await session.expectRows([], 'after a first read of nothing')
      await session.put(...fullRead(2, [account(1), account(2)]))
      await session.restart(await session.put(...fullRead(3, [])))
      await session.expectRows([], 'after a later read of nothing')
    }),

    sinkCase(harness, 'takes updates and deletions within a full read', async (session) => {
      await session.put(...fullRead(1, [account(1), account(2), account(3), account(4)]))
      await session.put(reset(2), account(1, {}, 2), account(2, {}, 2), account(5))
      const rest = [
        deleted(idOf(2)),
        deleted(idOf(3)),
        account(1, {}, 3),
        deleted(idOf(5)),
        account(5, {}, 2),
      ]
      await session.put(...rest, deleted(idOf(98)), complete(2, 3), checkpoint({ epoch: 2 }))
      await session.expectRows([account(1, {}, 3), account(5, {}, 2)], 'after complete')
    }),

    ...visibleCases(harness),
  ]
}

/** Only where the harness says that readers may look at any time. */
function visibleCases<Position>(harness: SinkHarness<Position>): readonly ContractCase[] {
  const visible = harness.visible?.bind(harness)
  if (visible === undefined) return []
  return [
    sinkCase(
      harness,
      'shows the rows of the old epoch until complete, and none of them after',
      async (session) => {
        const old = [account(1), account(2), account(3)]
        const read = [account(2, {}, 2), account(4)]
        const expectOld = async (when: string, brought: readonly UpsertedChange[] = read) =>
          assertAmong(harness, await visible(), old, brought, when)
        await session.put(...fullRead(1, old))
        await session.write(reset(2))
        await expectOld('once the read has begun', [])
        await session.commit()
        await expectOld('once the beginning is committed', [])
        await session.restart(await session.put(...read))
        await expectOld('after a restart in the middle')
        await session.write(complete(2, 2))
        await session.commit()
        assertAmong(harness, await visible(), read, [], 'after complete')
      },
    ),
  ]
}
