import type { CheckpointStore, StoredState } from '@deltaverse/core'
import type { CheckpointStoreHarness } from '@deltaverse/testing'
import { createMemoryStore, type StoreStorage } from '@deltaverse/testing'
import type { Fault } from './fault.js'
import { storeHarness } from './harnesses.js'
import { leaseFaults } from './lease-faults.js'

function wrong(
  change: (store: CheckpointStore, storage: StoreStorage) => Partial<CheckpointStore>,
): CheckpointStoreHarness {
  return storeHarness((storage) => {
    const store = createMemoryStore(storage)
    return { ...store, ...change(store, storage) }
  })
}

/** A store that takes other names for the ones it is given. */
function renaming(change: (name: string) => string): CheckpointStoreHarness {
  return wrong((store) => ({
    load: (name, call) => store.load(change(name), call),
    save: (name, state, revision, call) => store.save(change(name), state, revision, call),
  }))
}

/** A store whose states come back as another text. */
function retold(change: (text: string) => string): CheckpointStoreHarness {
  return wrong((store) => ({
    async load(name, call): Promise<StoredState | undefined> {
      const stored = await store.load(name, call)
      return stored && { ...stored, state: JSON.parse(change(JSON.stringify(stored.state))) }
    },
  }))
}

const allStates = [
  'gives back a state with everything in it',
  'gives back a state with next to nothing in it',
  'gives back positions that are plain values',
]

export const storeFaults: readonly Fault<CheckpointStoreHarness>[] = [
  {
    what: 'keeps one state',
    caughtBy: ['has nothing under a name that was never saved'],
    harness: renaming(() => 'one'),
  },
  {
    what: 'keeps nothing',
    caughtBy: allStates,
    harness: wrong(() => ({ save: async () => String(Math.random()) })),
  },
  {
    what: 'cuts text off at 64 kB',
    caughtBy: ['gives back links of 100,000 characters'],
    harness: retold((text) =>
      JSON.stringify(
        JSON.parse(text, (_, value) => (typeof value === 'string' ? value.slice(0, 65_536) : value)),
      ),
    ),
  },
  {
    what: 'keeps 8 bits of each character',
    caughtBy: ['gives back text of all kinds'],
    harness: retold((text) => Buffer.from(text, 'latin1').toString('latin1')),
  },
  {
    what: 'hands out what it keeps',
    caughtBy: ['gives back a state that the caller cannot change'],
    harness: wrong(() => {
      const kept = new Map<string, StoredState>()
      return {
        load: async (name) => kept.get(name),
        async save(name, state) {
          kept.set(name, { state, revision: '1' })
          return '1'
        },
      }
    }),
  },
  ...Object.entries({
    'does not tell upper from lower case': (name: string) => name.toLowerCase(),
    'makes names safe by replacing what is not': (name: string) => name.replace(/[^\p{L}\p{N}.]/gu, '_'),
    'cuts names off': (name: string) => name.slice(0, 255),
    'takes names for paths': (name: string) => new URL(encodeURI(name), 'file:///states/').pathname,
    'normalises names': (name: string) => name.normalize('NFC'),
    'drops dots and blanks at the end': (name: string) => name.replace(/[. ]+$/, ''),
  }).map(([what, change]) => ({
    what,
    caughtBy: ['keeps names of all kinds apart'],
    harness: renaming(change),
  })),
  {
    what: 'takes names of members of an object for its own',
    caughtBy: ['keeps names of all kinds apart'],
    harness: wrong((store) => {
      const states: Record<string, StoredState | undefined> = {}
      return {
        load: async (name) => states[name],
        async save(name, state, revision) {
          states[name] = { state, revision: await store.save(name, state, revision) }
          return states[name].revision
        },
      }
    }),
  },
  {
    what: 'makes revisions of the state',
    caughtBy: ['saves again and again, each time under another revision'],
    harness: wrong((store) => ({
      async save(name, state, revision) {
        await store.save(name, state, (await store.load(name))?.revision)
        return revision ?? JSON.stringify(state)
      },
    })),
  },
  {
    what: 'takes a first save for another',
    caughtBy: ['refuses a first save when there is a state already'],
    harness: wrong((store) => ({
      save: async (name, state, revision, call) =>
        await store.save(name, state, revision ?? (await store.load(name))?.revision, call),
    })),
  },
  {
    what: 'takes a later save for a first',
    caughtBy: ['refuses a revision when there is no state'],
    harness: wrong((store) => ({
      save: async (name, state, revision, call) =>
        await store.save(name, state, (await store.load(name)) === undefined ? undefined : revision, call),
    })),
  },
  {
    what: 'lets the last save win',
    caughtBy: ['refuses a revision that is not the last one'],
    harness: wrong((store) => ({
      save: async (name, state, _, call) =>
        await store.save(name, state, (await store.load(name))?.revision, call),
    })),
  },
  {
    what: 'remembers what it loaded or saved last',
    caughtBy: ['lets stores over the same storage take turns'],
    harness: wrong((store) => {
      const seen = new Map<string, StoredState | undefined>()
      return {
        async load(name, call) {
          if (!seen.has(name)) seen.set(name, await store.load(name, call))
          return seen.get(name)
        },
        async save(name, state, expected, call) {
          const revision = await store.save(name, state, expected, call)
          seen.set(name, { state, revision })
          return revision
        },
      }
    }),
  },
  {
    what: 'looks first and saves a moment later',
    caughtBy: ['lets exactly one of many saves at once win'],
    harness: wrong((store) => ({
      async save(name, state, expected, call) {
        const before = await store.load(name)
        if (before?.revision !== expected) return await store.save(name, state, expected, call)
        await new Promise((resolve) => setImmediate(resolve))
        return await store.save(name, state, (await store.load(name))?.revision, call)
      },
    })),
  },
  {
    what: 'saves all names in one document that it read before',
    caughtBy: ["keeps saves under different names out of each other's way"],
    harness: wrong((store, storage) => ({
      async save(name, state, expected, call) {
        const others = [...storage.texts]
        const revision = await store.save(name, state, expected, call)
        await new Promise((resolve) => setImmediate(resolve))
        for (const [other, text] of others) if (other !== name) storage.texts.set(other, text)
        for (const other of storage.texts.keys()) {
          if (other !== name && !others.some(([known]) => known === other)) storage.texts.delete(other)
        }
        return revision
      },
    })),
  },
  {
    what: 'does not look at the signal',
    caughtBy: ['changes nothing when the signal is aborted'],
    harness: wrong((store) => ({ load: (name) => store.load(name) })),
  },
  ...leaseFaults.map(({ what, caughtBy, acquire }) => ({
    what,
    caughtBy,
    harness: wrong((_, storage) => ({ acquire: (name, call) => acquire(storage.leases, name, call) })),
  })),
]
