import type { SyncState } from '@deltaverse/core'
import { createMemoryDisk, interceptFiles, type MemoryDisk } from '@deltaverse/durable-files/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { createFileCheckpointStore } from './file-checkpoint-store.js'

const directory = '/out/states'
const path = `${directory}/products.checkpoint.json`
let disk: MemoryDisk

beforeEach(() => {
  disk = createMemoryDisk()
})

const stateOf = (rows: number): SyncState => ({
  version: 1,
  checkpoint: {
    version: 2,
    source: 'contoso.crm4.dynamics.com/products',
    epoch: 1,
    phase: 'incremental',
    isBoundary: true,
    cursor: { deltaLink: '/api/data/v9.2/products?$deltatoken=1%2101%2f01%2f2026' },
    issuedAt: '2026-01-01T00:00:00.000Z',
  },
  position: { bytes: rows * 10, list: [1, 'two', null] },
  rows,
})

/** A store as another process has it: those of smaller numbers have died. */
function storeOf(pid: number, files = disk.files) {
  return createFileCheckpointStore({
    directory,
    files,
    processes: { own: () => ({ pid, host: 'here' }), isRunning: (holder) => holder.pid >= pid },
  })
}

async function put(text: string, at = path): Promise<void> {
  const file = await disk.files.open(at, 'w')
  await file.writev([Buffer.from(text)], 0)
  await file.close()
}

async function failureOf(work: Promise<unknown>): Promise<Error> {
  return await work.then(
    () => expect.unreachable('it should have failed'),
    (error: Error) => error,
  )
}

describe('createFileCheckpointStore()', () => {
  it('gives back what was saved, from a file that people can read', async () => {
    const store = storeOf(1)
    expect(await store.load('products')).toBeUndefined()
    const revision = await store.save('products', stateOf(1), undefined)
    expect(await storeOf(1).load('products')).toEqual({ state: stateOf(1), revision })
    const content = JSON.parse(disk.contentOf(path).toString())
    expect(content).toMatchObject({ format: 1, name: 'products', revision, state: { rows: 1 } })
    expect(content.sha256).toMatch(/^[\da-f]{64}$/)
    expect(disk.paths()).toEqual([path])
  })

  it('keeps the state before beside it', async () => {
    const store = storeOf(1)
    let revision: string | undefined
    for (const rows of [1, 2, 3]) revision = await store.save('products', stateOf(rows), revision)
    const previous = `${directory}/products.checkpoint.previous.json`
    expect(disk.paths()).toEqual([path, previous])
    expect(JSON.parse(disk.contentOf(previous).toString()).state.rows).toBe(2)
  })

  it('reads a file that was edited by hand, once its checksum is left out', async () => {
    const store = storeOf(1)
    await store.save('products', stateOf(1), undefined)
    const { sha256, ...content } = JSON.parse(disk.contentOf(path).toString())
    content.state.rows = 7
    await put(JSON.stringify({ ...content, sha256 }))
    await expect(store.load('products')).rejects.toThrow(/its checksum is wrong/)
    await put(JSON.stringify(content))
    expect((await store.load('products'))?.state.rows).toBe(7)
  })

  it.each([
    ['cut off', (text: string) => text.slice(0, text.length / 2), /JSON/],
    ['emptied', () => '', /it is empty/],
    ['full of zeros', (text: string) => '\0'.repeat(text.length), /JSON/],
    ['rubbish', () => 'rubbish', /JSON/],
    ['another kind of JSON', () => '[1]', /no JSON object/],
    ['changed by one digit', (text: string) => text.replace('"bytes": 20', '"bytes": 21'), /checksum/],
    [
      'of a later release',
      (text: string) => text.replace('"format": 1', '"format": 2'),
      /later release.*update this package/,
    ],
    ['without a format', (text: string) => text.replace('"format": 1,', ''), /"format"/],
    [
      'of another name',
      (text: string) => text.replace('"name": "products"', '"name": "accounts"'),
      /it is of "accounts"/,
    ],
  ])('refuses a file that is %s, names it and the ways out', async (_, damage, why) => {
    const store = storeOf(1)
    const first = await store.save('products', stateOf(1), undefined)
    const second = await store.save('products', stateOf(2), first)
    await put(damage(disk.contentOf(path).toString()))
    for (const failing of [store.load('products'), store.save('products', stateOf(3), second)]) {
      const failure = await failureOf(failing)
      expect(failure).toMatchObject({ code: 'checkpoint-invalid' })
      expect(failure.message).toContain(path)
      expect(failure.message).toMatch(why)
      expect(failure.message).toContain('restorePrevious("products")')
      expect(failure.message).toContain('the table is read in full again')
    }
    const restored = await store.restorePrevious('products')
    expect(restored.state).toEqual(stateOf(1))
    expect([first, second]).not.toContain(restored.revision)
    expect(await store.load('products')).toEqual(restored)
    expect(disk.paths()).toContain(`${path}.1.bak`)
    await expect(store.save('products', stateOf(3), second)).rejects.toMatchObject({ code: 'conflict' })
    await store.save('products', stateOf(3), restored.revision)
  })

  it.each([
    ['no version', { ...stateOf(1), version: undefined }, /"state.version"/],
    ['no position', { ...stateOf(1), position: undefined }, /"state.position"/],
    [
      'a checkpoint of an earlier release',
      { ...stateOf(1), checkpoint: { version: 1 } },
      /reads version 2\. Use the/,
    ],
    ['a broken checkpoint', { ...stateOf(1), checkpoint: { version: 2 } }, /"source"/],
    ['a mark that is a number', { ...stateOf(1), fingerprintMark: 7 }, /"state.fingerprintMark"/],
    ['half a row', { ...stateOf(1), rows: 0.5 }, /"state.rows"/],
    ['no state', undefined, /"state"/],
  ])('refuses a state with %s', async (_, state, why) => {
    await disk.files.mkdir(directory)
    await put(JSON.stringify({ format: 1, name: 'products', revision: '1-x', state }))
    const failure = await failureOf(storeOf(1).load('products'))
    expect(failure).toMatchObject({ code: 'checkpoint-invalid', message: expect.stringMatching(why) })
    expect(failure.message).not.toContain('restorePrevious')
  })

  it('can be gone back to by a copy of the file that it names', async () => {
    const store = storeOf(1)
    const first = await store.save('products', stateOf(1), undefined)
    await store.save('products', stateOf(2), first)
    await put('rubbish')
    const { message } = await failureOf(store.load('products'))
    const [, previous = ''] = /copy (\S+) over it/.exec(message) ?? []
    await put(disk.contentOf(previous).toString())
    expect(await store.load('products')).toEqual({ state: stateOf(1), revision: first })
    await store.save('products', stateOf(3), first)
  })

  it('says so when there is no earlier state to go back to', async () => {
    const store = storeOf(1)
    await store.save('products', stateOf(1), undefined)
    await expect(store.restorePrevious('products')).rejects.toMatchObject({
      code: 'checkpoint-invalid',
      message: expect.stringContaining('there is no earlier state of products'),
    })
  })

  it('goes back only while nobody holds the name', async () => {
    const holder = storeOf(1)
    await holder.save('products', stateOf(2), await holder.save('products', stateOf(1), undefined))
    const lease = await holder.acquire('products')
    await expect(storeOf(1).restorePrevious('products')).rejects.toMatchObject({ code: 'conflict' })
    await lease.release()
    await storeOf(1).restorePrevious('products')
  })

  it('lets one of many save from the same revision', async () => {
    const first = await storeOf(1).save('products', stateOf(1), undefined)
    const stores = Array.from({ length: 8 }, () => storeOf(1))
    const outcomes = await Promise.allSettled(
      stores.map((store, at) => store.save('products', stateOf(10 + at), first)),
    )
    const winners = outcomes.flatMap((outcome, at) => (outcome.status === 'fulfilled' ? [10 + at] : []))
    expect(winners).toHaveLength(1)
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'conflict' })
    }
    expect((await storeOf(1).load('products'))?.state.rows).toBe(winners[0])
  })

  it('takes saves of one object one after another', async () => {
    const store = storeOf(1)
    const saves = ['products', 'accounts'].map((name) => store.save(name, stateOf(1), undefined))
    const second = store.save('products', stateOf(2), undefined)
    await Promise.all(saves)
    await expect(second).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('none was expected'),
    })
  })

  it('saves only for the holder while somebody holds the name', async () => {
    const [holder, other] = [storeOf(1), storeOf(1)]
    const lease = await holder.acquire('products')
    await expect(other.save('products', stateOf(1), undefined)).rejects.toMatchObject({ code: 'conflict' })
    await holder.save('products', stateOf(1), undefined)
    await lease.release()
  })

  it('tells the holder that its lock was removed, and saves nothing more for it', async () => {
    const store = storeOf(1)
    const lease = await store.acquire('products')
    const revision = await store.save('products', stateOf(1), undefined)
    await disk.files.rm(`${directory}/products.checkpoint.lock`)
    const failure = await failureOf(store.save('products', stateOf(2), revision))
    expect(failure).toMatchObject({ code: 'conflict' })
    expect(lease.lost.reason).toBe(failure)
    expect((await store.load('products'))?.state.rows).toBe(1)
  })

  it('keeps names apart that file systems take for one', async () => {
    const store = storeOf(1)
    for (const [at, name] of ['products', 'Products', 'products.', 'a/b', 'a%2fb', 'nul'].entries()) {
      await store.save(name, stateOf(at), undefined)
    }
    expect((await store.load('Products'))?.state.rows).toBe(1)
    expect((await store.load('a%2fb'))?.state.rows).toBe(4)
    const lower = disk.paths().map((each) => each.toLowerCase())
    expect(new Set(lower).size).toBe(6)
  })

  it.each(['nothing-lost', 'all-lost', 'some-lost'] as const)(
    'has the state before or the new one wherever its process ends (%s)',
    async (how) => {
      for (let at = 1, ended = 'killed'; ended === 'killed'; at++) {
        for (const share of how === 'some-lost' ? [0, 0.2, 0.4, 0.6, 0.8, 0.99] : [0]) {
          disk = createMemoryDisk()
          const store = storeOf(1)
          const first = await store.save('products', stateOf(1), undefined)
          const second = await store.save('products', stateOf(2), first)
          const files = interceptFiles(disk.files, ({ number }) => {
            if (number >= at) throw new Error('killed')
          })
          ended = await storeOf(2, files)
            .save('products', stateOf(3), second)
            .then(
              () => 'saved',
              () => 'killed',
            )
          disk.cutPower(how === 'some-lost' ? { random: () => share } : how)
          const later = storeOf(3)
          const left = await later.load('products')
          expect([2, 3]).toContain(left?.state.rows)
          if (ended === 'saved') expect(left?.state.rows).toBe(3)
          await later.save('products', stateOf(4), left?.revision)
          expect((await storeOf(4).load('products'))?.state.rows).toBe(4)
          expect(at).toBeLessThan(80)
        }
      }
    },
  )

  it('has a state wherever its process ends while it goes back to the one before', async () => {
    for (let at = 1, ended = 'killed'; ended === 'killed'; at++) {
      disk = createMemoryDisk()
      const store = storeOf(1)
      await store.save('products', stateOf(2), await store.save('products', stateOf(1), undefined))
      await put('rubbish')
      const files = interceptFiles(disk.files, ({ number }) => {
        if (number >= at) throw new Error('killed')
      })
      ended = await storeOf(2, files)
        .restorePrevious('products')
        .then(
          () => 'restored',
          () => 'killed',
        )
      disk.cutPower('nothing-lost')
      const later = storeOf(3)
      const left = await later.load('products').catch(() => later.restorePrevious('products'))
      expect(left?.state.rows).toBe(1)
      expect(at).toBeLessThan(80)
    }
  })

  it('says that the disk is full, and keeps what was saved', async () => {
    const store = storeOf(1)
    const revision = await store.save('products', stateOf(1), undefined)
    disk.limitTo(disk.contentOf(path).length + 200)
    const failure = await failureOf(store.save('products', stateOf(2), revision))
    expect(failure).toMatchObject({ code: 'sink-failed', retryable: true })
    expect(await store.load('products')).toEqual({ state: stateOf(1), revision })
    disk.limitTo(100_000)
    await store.save('products', stateOf(2), revision)
  })

  it('rejects with the reason of its signal', async () => {
    const store = storeOf(1)
    const reason = new Error('enough')
    const call = { signal: AbortSignal.abort(reason) }
    await expect(store.load('products', call)).rejects.toBe(reason)
    await expect(store.save('products', stateOf(1), undefined, call)).rejects.toBe(reason)
    await expect(store.acquire('products', call)).rejects.toBe(reason)
    await expect(store.restorePrevious('products', call)).rejects.toBe(reason)
    expect(disk.paths()).toEqual([])
  })
})
