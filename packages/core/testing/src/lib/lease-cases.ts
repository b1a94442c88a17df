import assert from 'node:assert/strict'
import { type CallOptions, isDataverseError, type Lease } from '@deltaverse/core'
import type { ContractCase } from './contract-case.js'
import { assertAborts } from './sink-session.js'

/** What the suites need to know about a store that gives leases. */
export interface LeaseHarness {
  /** `false` for one without `acquire`. Default: `true`. */
  readonly leases?: boolean
  /**
   * Leaves a lease on a name behind whose holder has died: give it where leases can outlive their holder, so that taking over is
   * looked at.
   */
  leaveDeadHolder?(name: string): void | Promise<void>
  /** What the message about a name that is taken shows of its holder. Default: the id of this process. */
  readonly holder?: RegExp
}

/** Something that gives leases, in the course of one case. */
interface LeaseSession {
  /** Two objects over the same storage, as two processes have them. */
  readonly holders: readonly [Acquires, Acquires]
}

interface Acquires {
  acquire(name: string, call?: CallOptions): Promise<Lease>
}

/** The part of a store that gives leases; fails when it has none although the harness says so. */
export function acquiring(store: Partial<Acquires>): Acquires {
  const acquire = store.acquire?.bind(store)
  assert.ok(acquire, 'there is no acquire: set `leases: false` in the harness when that is meant')
  return { acquire }
}

/** What a lease promises; `leaseCase` makes a case around the objects. */
export function leaseCases(
  { leases = true, leaveDeadHolder, holder = new RegExp(`\\b${process.pid}\\b`) }: LeaseHarness,
  leaseCase: (name: string, body: (session: LeaseSession) => Promise<void>) => ContractCase,
): readonly ContractCase[] {
  if (!leases) return []
  return [
    leaseCase('gives a name to one holder at a time', async ({ holders: [first, second] }) => {
      const lease = await first.acquire('accounts')
      assert.equal(lease.lost.aborted, false, 'a fresh lease is lost')
      for (const other of [second, first]) {
        await assert.rejects(
          async () => await other.acquire('accounts'),
          (error) => isConflict(error) && holder.test(error.message),
          `a name that is taken has to be refused as "conflict", with a message that shows its holder (${holder})`,
        )
      }
      assert.equal(lease.lost.aborted, false, 'the lease was lost to somebody who was refused')
      await lease.release()
      await (await second.acquire('accounts')).release()
    }),

    leaseCase('gives different names to different holders', async ({ holders: [first, second] }) => {
      const leases = [
        await first.acquire('accounts'),
        await second.acquire('contacts'),
        await first.acquire('Accounts'),
      ]
      for (const lease of leases) await lease.release()
    }),

    leaseCase(
      'takes a release twice, and not for that of a later holder',
      async ({ holders: [first, second] }) => {
        const lease = await first.acquire('accounts')
        await lease.release()
        await lease.release()
        const later = await second.acquire('accounts')
        await lease.release()
        await assert.rejects(
          async () => await first.acquire('accounts'),
          isConflict,
          'the release of an old lease let go of the lease of somebody else',
        )
        await later.release()
      },
    ),

    leaseCase('gives a name to exactly one of many who ask at once', async ({ holders }) => {
      const asked = Array.from(
        { length: 8 },
        async (_, at) => await holders[at % 2 === 0 ? 0 : 1].acquire('accounts'),
      )
      const answers = await Promise.allSettled(asked)
      const leases = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
      assert.equal(leases.length, 1, `${leases.length} of 8 who asked at once were given the name`)
      for (const answer of answers) {
        if (answer.status === 'rejected')
          assert.ok(isConflict(answer.reason), `refused with ${answer.reason}`)
      }
      for (const lease of leases) await lease.release()
    }),

    leaseCase('takes nothing when the signal is aborted', async ({ holders: [first, second] }) => {
      await assertAborts((call) => first.acquire('accounts', call), 'acquire')
      await (await second.acquire('accounts')).release()
    }),

    ...(leaveDeadHolder !== undefined
      ? [
          leaseCase('takes over the name of a holder that has died', async ({ holders: [first, second] }) => {
            await leaveDeadHolder('accounts')
            const lease = await first.acquire('accounts')
            await assert.rejects(
              async () => await second.acquire('accounts'),
              isConflict,
              'the name was given twice',
            )
            await lease.release()
          }),
        ]
      : []),
  ]
}

export function isConflict(error: unknown): error is Error {
  return isDataverseError(error) && error.code === 'conflict'
}
