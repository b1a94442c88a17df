import assert from 'node:assert/strict'
import type { ContractCase } from './contract-case.js'
import { account, fullRead } from './events.js'
import type { SinkHarness } from './sink-harness.js'
import { assertAborts, sinkCase } from './sink-session.js'

/** How a sink behaves when it is called, whatever the rows. */
export function sinkCallCases<Position>(harness: SinkHarness<Position>): readonly ContractCase[] {
  return [
    sinkCase(harness, 'says its position in plain JSON', async (session) => {
      for (const events of [[], fullRead(1, [account(1)]), [account(2)]]) {
        await session.sink.write(events)
        const position = await session.sink.commit()
        const text = JSON.stringify(position)
        assert.notEqual(text, undefined, 'the position is not JSON')
        assert.deepEqual(
          JSON.parse(text),
          position,
          'the position is not the same after a round trip through JSON',
        )
      }
    }),

    sinkCase(
      harness,
      'rejects with the reason of a signal that is aborted, and can be opened again',
      async (session) => {
        const position = await session.put(...fullRead(1, [account(1)]))
        await assertAborts((call) => session.sink.write([account(2)], call), 'write')
        await session.crash(position)
        await session.write(account(2))
        await assertAborts((call) => session.sink.commit(call), 'commit')
        await session.crash(position)
        await session.commit()
        await session.expectRows([account(1)], 'after aborted calls')
        await session.replace('close')
        await assertAborts((call) => session.sink.open(position, call), 'open')
        await session.restart(position)
        await session.put(account(3))
        await session.expectRows([account(1), account(3)], 'after an aborted open')
      },
    ),

    sinkCase(harness, 'is whole when a commit is aborted while it is under way', async (session) => {
      const position = await session.put(...fullRead(1, [account(1)]))
      const reason = new Error('stop')
      const controller = new AbortController()
      await session.write(account(2), account(3))
      const commit = session.sink.commit({ signal: controller.signal })
      controller.abort(reason)
      const ended = await commit.then(
        () => undefined,
        (error: unknown) => error,
      )
      if (ended !== undefined)
        assert.equal(ended, reason, 'an aborted commit has to reject with the reason of the signal')
      await session.crash(position)
      await session.put(account(2), account(3), account(4))
      const rows = [1, 2, 3, 4].map((number) => account(number))
      await session.expectRows(rows, 'after the same changes again')
    }),

    sinkCase(harness, 'can be closed twice, and before it is opened', async (session) => {
      const position = await session.put(account(1))
      await session.sink.close()
      await session.sink.close()
      await session.replace('close')
      await session.sink.close()
      await session.restart(position)
      await session.put(account(2))
      await session.expectRows([account(1), account(2)], 'once open again')
    }),

    sinkCase(harness, 'refuses writes and commits once it is closed', async (session) => {
      const position = await session.put(account(1))
      const { sink } = session
      await sink.close()
      await assert.rejects(async () => await sink.write([account(2)]), 'write after close was not refused')
      await assert.rejects(async () => await sink.commit(), 'commit after close was not refused')
      await session.restart(position)
      await session.commit()
      await session.expectRows([account(1)], 'once open again')
    }),

    sinkCase(harness, 'refuses writes and commits before it is opened', async (session) => {
      const position = await session.put(account(1))
      await session.replace('close')
      const { sink } = session
      await assert.rejects(async () => await sink.write([account(2)]), 'write before open was not refused')
      await assert.rejects(async () => await sink.commit(), 'commit before open was not refused')
      await session.restart(position)
      await session.commit()
      await session.expectRows([account(1)], 'once open')
    }),
  ]
}
