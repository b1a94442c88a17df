import type { ContractCase } from './contract-case.js'
import { account, checkpoint, complete, deleted, fullRead, idOf, reset } from './events.js'
import type { SinkHarness } from './sink-harness.js'
import { sinkCase } from './sink-session.js'

/** What is there when a process ended, in order or not. */
export function sinkCrashCases<Position>(harness: SinkHarness<Position>): readonly ContractCase[] {
  const discards = harness.discardsBeyond ?? true
  return [
    sinkCase(harness, 'has what was committed when it is opened again', async (session) => {
      const position = await session.put(...fullRead(1, [account(1), account(2)]))
      await session.crash(position)
      await session.expectRows([account(1), account(2)], 'once open again')
      await session.put(account(3), deleted(idOf(1)))
      await session.expectRows([account(2), account(3)], 'after going on')
    }),

    ...(['restart', 'crash'] as const).map((how) =>
      sinkCase(harness, `has lost what was not committed behind a ${how}`, async (session) => {
        const position = await session.put(...fullRead(1, [account(1), account(2)]))
        await session.write(account(1, {}, 2), account(3), deleted(idOf(2)))
        await session[how](position)
        await session.commit()
        await session.expectRows([account(1), account(2)], 'once open again')
      }),
    ),

    sinkCase(harness, 'has nothing when it ended before the first commit', async (session) => {
      await session.write(reset(1), account(1))
      await session.crash(undefined)
      await session.put(account(2))
      await session.expectRows([account(2)], 'after another beginning')
    }),

    sinkCase(
      harness,
      discards
        ? 'discards what lies beyond the position that it is opened at'
        : 'ends right when the changes beyond the position that it is opened at come again',
      async (session) => {
        const saved = await session.put(...fullRead(1, [account(1), account(2)]))
        const beyond = [account(1, {}, 2), account(3), deleted(idOf(2)), checkpoint()]
        await session.put(...beyond)
        await session.crash(saved)
        if (discards) {
          await session.commit()
          await session.expectRows([account(1), account(2)], 'once open at the older position')
        }
        await session.put(...beyond)
        await session.expectRows([account(1, {}, 2), account(3)], 'after the same changes again')
      },
    ),

    sinkCase(harness, 'takes several crashes between commit and save', async (session) => {
      const saved = await session.put(...fullRead(1, [account(1)]))
      for (let attempt = 2; attempt <= 4; attempt++) {
        await session.put(account(1, {}, attempt), account(2, {}, attempt))
        await session.put(account(3, {}, attempt))
        await session.crash(saved)
      }
      await session.put(account(1, {}, 9), account(2, {}, 9), account(3, {}, 9))
      await session.expectRows(
        [1, 2, 3].map((number) => account(number, {}, 9)),
        'after the last attempt',
      )
    }),

    sinkCase(
      harness,
      'opens at a position of which more was begun and not committed, again and again',
      async (session) => {
        let position = await session.put(...fullRead(1, [account(1)]))
        for (let round = 2; round <= 5; round++) {
          await session.write(account(1, {}, 100 + round), account(100 + round))
          await session.crash(position)
          position = await session.put(account(1, {}, round), account(round))
        }
        await session.restart(position)
        const rows = [2, 3, 4, 5].map((number) => account(number))
        await session.expectRows([account(1, {}, 5), ...rows], 'after four rounds')
      },
    ),

    sinkCase(harness, 'is as it was before a full read that lies beyond the position', async (session) => {
      const saved = await session.put(...fullRead(1, [account(1), account(2)]))
      await session.put(reset(2), account(3))
      await session.crash(saved)
      await session.put(account(4))
      const kept = [account(1), account(2), account(4)]
      if (discards) await session.expectRows(kept, 'after a delta')
      else await session.expectAmong(kept, [account(3)], 'after a delta')
      await session.put(...fullRead(2, [account(2, {}, 2), account(5)]))
      await session.expectRows([account(2, {}, 2), account(5)], 'after the full read came again')
    }),

    sinkCase(harness, 'takes a full read again whose end lies beyond the position', async (session) => {
      await session.put(...fullRead(1, [account(1), account(2), account(3)]))
      const saved = await session.put(reset(2), account(1, {}, 2))
      const rest = [account(2, {}, 2), complete(2, 2), checkpoint({ epoch: 2 })]
      await session.put(...rest)
      await session.crash(saved)
      await session.put(...rest)
      await session.expectRows([account(1, {}, 2), account(2, {}, 2)], 'after the rest came again')
    }),

    sinkCase(harness, 'starts empty over what an earlier sync left', async (session) => {
      await session.put(...fullRead(1, [account(1), account(2)]))
      await session.put(reset(2), account(3))
      await session.restart(undefined)
      await session.put(account(4))
      await session.expectRows([account(4)], 'after rows without a full read')
      await session.restart(undefined)
      await session.put(...fullRead(1, [account(5)]))
      await session.restart(await session.put(account(6)))
      await session.expectRows([account(5), account(6)], 'after a full read')
    }),

    ...foreignDataCases(harness),
  ]
}

/** Only where the harness can put data of others there. */
function foreignDataCases<Position>(harness: SinkHarness<Position>): readonly ContractCase[] {
  const plantForeign = harness.plantForeign?.bind(harness)
  if (plantForeign === undefined) return []
  return [
    sinkCase(harness, 'leaves the data of others alone', async (session) => {
      const check = await plantForeign()
      await session.put(...fullRead(1, [account(1)]))
      await check()
      await session.restart(undefined)
      await session.put(...fullRead(1, [account(2)]), ...fullRead(2, []))
      await session.restart(await session.put(...fullRead(3, [account(3)])))
      await check()
      await session.expectRows([account(3)], 'beside the data of others')
    }),
  ]
}
