import assert from 'node:assert/strict'
import type { ChangeEvent, StoredState, SyncState, TransactionalSink, UpsertedChange } from '@deltaverse/core'
import type { ContractCase } from './contract-case.js'
import { account, checkpointOf, deleted, fullRead, idOf, reset } from './events.js'
import { acquiring, isConflict, type LeaseHarness, leaseCases } from './lease-cases.js'
import type { SinkHarness } from './sink-harness.js'
import { assertAborts, type SinkSession, sinkCase, throughJson } from './sink-session.js'

/** What the suite needs to know about a sink that keeps the state of its sync. */
export interface TransactionalSinkHarness<Position = unknown>
  extends SinkHarness<Position, TransactionalSink<Position>>,
    LeaseHarness {}

type Session<Position> = SinkSession<Position, TransactionalSink<Position>>

const name = 'contoso/accounts'
const rows = [account(1), account(2)]

/** What a sink has to do that saves rows and state in one transaction, beyond what every sink has to do. */
export function transactionalSinkContract<Position>(
  harness: TransactionalSinkHarness<Position>,
): readonly ContractCase[] {
  const transactionCase = (caseName: string, body: (session: Session<Position>) => Promise<void>) =>
    sinkCase(harness, caseName, body)
  return [
    transactionCase('has no state before the first commit', async (session) => {
      await session.replace('close')
      assert.equal(await session.sink.loadState(name), undefined)
    }),

    transactionCase('saves rows and state together', async (session) => {
      const stored = await putWithState(session, fullRead(1, rows), stateOf(1), undefined)
      await expectAfter('crash', session, stored, rows)
      const next = await putWithState(session, [deleted(idOf(1)), account(3)], stateOf(2), stored.revision)
      assert.notEqual(next.revision, stored.revision, 'the revision did not change')
      await expectAfter('close', session, next, [account(2), account(3)])
    }),

    transactionCase('gives back the state exactly, with the position added', async (session) => {
      const state: Omit<SyncState, 'position'> = {
        version: 1,
        checkpoint: checkpointOf({
          phase: 'snapshot',
          cursor: {
            select: ['name', 'revenue'],
            nextLink: `/api/data/v9.2/accounts?$skiptoken=${'%2522'.repeat(5_000)}`,
          },
          rowsRead: 12_000_000,
        }),
        fingerprintMark: 'm "17" \\ \u2028 東京',
        rows: 12_000_000,
        deletions: 3,
        environmentId: '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0',
      }
      const stored = await putWithState(session, [account(1)], state, undefined)
      await session.replace('close')
      assert.deepEqual(await session.sink.loadState(name), stored)
      assert.equal(await session.sink.loadState('contoso/contacts'), undefined, 'the state of another name')
    }),

    transactionCase('takes commits of a state without changes', async (session) => {
      const stored = await putWithState(session, fullRead(1, rows), stateOf(1), undefined)
      const next = await putWithState(session, [], stateOf(2), stored.revision)
      await expectAfter('close', session, next, rows)
    }),

    ...(['close', 'crash'] as const).map((how) =>
      transactionCase(
        `has neither rows nor state of what was not committed behind a ${how}`,
        async (session) => {
          const stored = await putWithState(session, fullRead(1, rows), stateOf(1), undefined)
          await session.write(account(3), deleted(idOf(1)), reset(2))
          await expectAfter(how, session, stored, rows)
        },
      ),
    ),

    ...Object.entries(wrongRevisions).map(([what, { saved, expected }]) =>
      transactionCase(`refuses ${what}, and nothing of the commit takes effect`, async (session) => {
        const stored = saved
          ? await putWithState(session, fullRead(1, rows), stateOf(1), undefined)
          : undefined
        await session.write(account(3), deleted(idOf(1)), ...fullRead(2, [account(4)]))
        await assert.rejects(
          async () => await session.sink.commitWith(name, stateOf(2), expected(stored?.revision)),
          isConflict,
          'another revision has to be refused as "conflict"',
        )
        await expectAfter('close', session, stored, saved ? rows : [])
        const next = await putWithState(session, [account(5)], stateOf(3), stored?.revision)
        await expectAfter('close', session, next, saved ? [...rows, account(5)] : [account(5)])
      }),
    ),

    transactionCase('refuses a revision that was the last one once', async (session) => {
      const old = await putWithState(session, fullRead(1, rows), stateOf(1), undefined)
      const stored = await putWithState(session, [account(1, {}, 2)], stateOf(1), old.revision)
      await session.write(account(1, {}, 3))
      await assert.rejects(
        async () => await session.sink.commitWith(name, stateOf(2), old.revision),
        isConflict,
      )
      await expectAfter('close', session, stored, [account(1, {}, 2), account(2)])
    }),

    transactionCase('commits nothing when the signal is aborted', async (session) => {
      const stored = await putWithState(session, fullRead(1, rows), stateOf(1), undefined)
      await session.write(account(3))
      const commit = (call: { signal?: AbortSignal | undefined }) =>
        session.sink.commitWith(name, stateOf(2), stored.revision, call)
      await assertAborts(commit, 'commitWith')
      await session.replace('close')
      await assertAborts((call) => session.sink.loadState(name, call), 'loadState')
      await expectAfter('close', session, stored, rows)
    }),

    transactionCase('keeps a full read with its state over crashes', async (session) => {
      let stored = await putWithState(session, fullRead(1, rows), stateOf(1), undefined)
      stored = await putWithState(session, [reset(2), account(2, {}, 2)], stateOf(2), stored.revision)
      await session.write(account(3))
      await session.replace('crash')
      assert.deepEqual(await session.sink.loadState(name), stored)
      await session.sink.open(stored.state.position)
      const [, ...rest] = fullRead(2, [account(4)])
      stored = await putWithState(session, rest, stateOf(3), stored.revision)
      await expectAfter('close', session, stored, [account(2, {}, 2), account(4)])
    }),

    ...leaseCases(harness, (caseName, body) => leaseCase(harness, caseName, body)),
  ]
}

const wrongRevisions: Readonly<
  Record<string, { saved: boolean; expected(revision: string | undefined): string | undefined }>
> = {
  'a revision that nobody has saved': { saved: true, expected: (revision) => `${revision}0` },
  'a first commit when there is a state already': { saved: true, expected: () => undefined },
  'a revision when there is no state': { saved: false, expected: () => '1' },
}

function stateOf(round: number): Omit<SyncState, 'position'> {
  return {
    version: 1,
    checkpoint: checkpointOf({ epoch: round, cursor: `token ${round}` }),
    rows: round,
  }
}

async function putWithState<Position>(
  { sink }: Session<Position>,
  events: readonly ChangeEvent[],
  state: Omit<SyncState, 'position'>,
  expectedRevision: string | undefined,
): Promise<StoredState<Position>> {
  await sink.write(events)
  const { position, revision } = await sink.commitWith(name, state, expectedRevision)
  return { state: { ...state, position: throughJson(position) }, revision }
}

/** Ends the process, looks at the state and the rows, and opens where the state says. */
async function expectAfter<Position>(
  how: 'close' | 'crash',
  session: Session<Position>,
  stored: StoredState<Position> | undefined,
  expected: readonly UpsertedChange[],
): Promise<void> {
  await session.replace(how)
  assert.deepEqual(await session.sink.loadState(name), stored, 'the state')
  await session.expectRows(expected, 'before open')
  await session.sink.open(stored?.state.position)
  await session.expectRows(expected, 'once open again')
}

function leaseCase<Position>(
  harness: TransactionalSinkHarness<Position>,
  caseName: string,
  body: Parameters<Parameters<typeof leaseCases>[1]>[1],
): ContractCase {
  return {
    name: caseName,
    async run() {
      const first = await harness.create()
      const second = await harness.reopen()
      try {
        await body({ holders: [acquiring(first), acquiring(second)] })
      } finally {
        await first.close()
        await second.close()
        await harness.dispose?.()
      }
    },
  }
}
