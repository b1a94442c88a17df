import assert from 'node:assert/strict'
import type { StoreCase } from './checkpoint-state-cases.js'
import type { ContractCase } from './contract-case.js'
import { syncState } from './events.js'
import { isConflict } from './lease-cases.js'
import { assertAborts } from './sink-session.js'

const name = 'accounts'
const state = (position: unknown) => syncState({ position })

/** Who may save, and what becomes of those who may not. */
export function checkpointSaveCases(storeCase: StoreCase): readonly ContractCase[] {
  return [
    storeCase('saves again and again, each time under another revision', async (first) => {
      let revision: string | undefined
      const revisions = new Set<string>()
      for (let count = 0; count < 20; count++) {
        // The same state twice in a row: a revision tells saves apart, not states.
        revision = await first.save(name, state(count >> 1), revision)
        assert.equal(typeof revision, 'string')
        revisions.add(revision)
        assert.deepEqual(await first.load(name), { state: state(count >> 1), revision })
      }
      assert.equal(revisions.size, 20, 'a revision came twice')
    }),

    storeCase('refuses a first save when there is a state already', async (first, second) => {
      const revision = await first.save(name, state(1), undefined)
      for (const store of [first, second]) {
        await assert.rejects(async () => await store.save(name, state(2), undefined), isConflict)
      }
      assert.deepEqual(await second.load(name), { state: state(1), revision })
    }),

    storeCase('refuses a revision when there is no state', async (first, second) => {
      const revision = await first.save('contacts', state(1), undefined)
      for (const store of [first, second]) {
        await assert.rejects(async () => await store.save(name, state(2), revision), isConflict)
      }
      assert.equal(await first.load(name), undefined)
    }),

    storeCase('refuses a revision that is not the last one', async (first, second) => {
      const old = await first.save(name, state(1), undefined)
      const revision = await second.save(name, state(1), old)
      for (const store of [first, second]) {
        await assert.rejects(async () => await store.save(name, state(3), old), isConflict)
        await assert.rejects(async () => await store.save(name, state(3), `${revision}0`), isConflict)
        assert.deepEqual(await store.load(name), { state: state(1), revision })
      }
      await first.save(name, state(4), revision)
      assert.equal((await second.load(name))?.state.position, 4)
    }),

    storeCase('lets stores over the same storage take turns', async (first, second) => {
      let revision = await first.save(name, state(0), undefined)
      for (let count = 1; count <= 6; count++) {
        revision = await (count % 2 === 0 ? first : second).save(name, state(count), revision)
      }
      assert.deepEqual(await first.load(name), { state: state(6), revision })
      assert.deepEqual(await second.load(name), { state: state(6), revision })
    }),

    storeCase('lets exactly one of many saves at once win', async (first, second) => {
      let revision: string | undefined
      for (let round = 0; round < 5; round++) {
        const expected = revision
        const saves = Array.from({ length: 10 }, async (_, at) => ({
          state: state(`${round}-${at}`),
          revision: await (at % 2 === 0 ? first : second).save(name, state(`${round}-${at}`), expected),
        }))
        const outcomes = await Promise.allSettled(saves)
        const won = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
        for (const outcome of outcomes) {
          if (outcome.status === 'rejected')
            assert.ok(isConflict(outcome.reason), `refused with ${outcome.reason}`)
        }
        assert.equal(won.length, 1, `${won.length} of 10 saves from the same revision went through`)
        assert.deepEqual(await second.load(name), won[0])
        assert.deepEqual(await first.load(name), won[0])
        revision = won[0]?.revision
      }
    }),

    storeCase("keeps saves under different names out of each other's way", async (first, second) => {
      const saves = Array.from({ length: 20 }, (_, at) =>
        (at % 2 === 0 ? first : second).save(`table ${at}`, state(at), undefined),
      )
      const revisions = await Promise.all(saves)
      for (const [at, revision] of revisions.entries()) {
        assert.deepEqual(await first.load(`table ${at}`), { state: state(at), revision })
      }
    }),

    storeCase('changes nothing when the signal is aborted', async (first, second) => {
      await assertAborts((call) => first.save(name, state(1), undefined, call), 'save')
      assert.equal(await second.load(name), undefined)
      const revision = await first.save(name, state(2), undefined)
      await assertAborts((call) => first.save(name, state(3), revision, call), 'save')
      await assertAborts((call) => first.load(name, call), 'load')
      assert.deepEqual(await second.load(name), { state: state(2), revision })
    }),
  ]
}
