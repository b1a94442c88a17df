import { createClient, type DataverseClient } from '@deltaverse/client'
import type { ChangeEvent, Sink } from '@deltaverse/core'
import {
  createChangeFeed,
  createDataverseSink,
  type DataverseSinkOptions,
  type DataverseSinkPosition,
} from '@deltaverse/dataverse'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type SyncOptions, sync } from '../src/index.js'
import { createMemoryCheckpoints } from './support/memory-checkpoints.js'
import { createMemoryFingerprints } from './support/memory-fingerprints.js'

let from: Emulator
let to: Emulator
let source: DataverseClient
let target: DataverseClient

beforeEach(async () => {
  ;[from, to] = await Promise.all([startEmulator(), startEmulator()])
  ;[source, target] = [createClient({ url: from.url }), createClient({ url: to.url })]
})

afterEach(async () => {
  await Promise.all([source.close(), target.close()])
  await Promise.all([from.close(), to.close()])
})

const select = ['accountid', 'accountnumber', 'name', 'numberofemployees']
const byId: DataverseSinkOptions = { entitySet: 'accounts', deletions: 'delete' }
const checkpoints = () => createMemoryCheckpoints()

const idOf = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`

async function put(number: number, columns: object, entitySet = 'accounts'): Promise<void> {
  const response = await source.request({
    method: 'PATCH',
    path: `${entitySet}(${idOf(number)})`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(columns),
  })
  await response.discard()
}

async function remove(number: number): Promise<void> {
  await (await source.request({ method: 'DELETE', path: `accounts(${idOf(number)})` })).discard()
}

function rowsOf(emulator: Emulator, names: readonly string[], entitySet = 'accounts') {
  const rows = emulator.table(entitySet).rows()
  const picked = rows.map((row) => names.map((name) => row[name] ?? null))
  return picked.sort((a, b) => String(a[0]).localeCompare(String(b[0])))
}

type Options = SyncOptions<DataverseSinkPosition, Record<string, unknown>>

function run(sink: Sink<DataverseSinkPosition>, options: Pick<Options, 'checkpoints'> & Partial<Options>) {
  const feed = createChangeFeed(source, { entitySet: 'accounts', select, pageSize: 4 })
  return sync({ name: 'accounts', source: feed, sink, ...options })
}

describe('a Dataverse sink under a sync', () => {
  it('keeps one environment as another is, deletions included', async () => {
    for (let number = 1; number <= 11; number += 1)
      await put(number, { name: `Account ${number}`, numberofemployees: number })
    const states = checkpoints()
    await run(createDataverseSink(target, byId), { checkpoints: states })
    expect(rowsOf(to, select)).toEqual(rowsOf(from, select))
    await put(3, { name: 'changed', numberofemployees: null })
    await put(12, { name: 'new' })
    await remove(7)
    await remove(11)
    await run(createDataverseSink(target, byId), { checkpoints: states })
    expect(rowsOf(to, select)).toEqual(rowsOf(from, select))
    const before = to.requests.length
    await run(createDataverseSink(target, byId), { checkpoints: states })
    expect(to.requests.slice(before).filter(({ method }) => method !== 'GET')).toEqual([])
  })

  it('ends equal whatever call of it fails, and does nothing twice that shows', async () => {
    for (let number = 1; number <= 9; number += 1)
      await put(number, { name: `Account ${number}`, numberofemployees: number })
    for (let fails = 1; fails <= 12; fails += 1) {
      const states = checkpoints()
      let calls = 0
      const breaking = (sink: Sink<DataverseSinkPosition>): Sink<DataverseSinkPosition> => ({
        ...sink,
        async write(events: readonly ChangeEvent[], call) {
          calls += 1
          await sink.write(events, call)
          if (calls === fails) throw new Error('killed')
        },
        async commit(call) {
          calls += 1
          const position = await sink.commit(call)
          if (calls === fails) throw new Error('killed')
          return position
        },
      })
      const options = { ...byId, maxRows: 3 }
      await run(breaking(createDataverseSink(target, options)), { checkpoints: states }).catch(
        () => undefined,
      )
      await put(1, { name: `in round ${fails}` })
      await run(createDataverseSink(target, options), { checkpoints: states })
      expect(rowsOf(to, select), `failing at call ${fails}`).toEqual(rowsOf(from, select))
    }
  })

  it('writes under an alternate key of the target, which has GUIDs of its own', async () => {
    const putProduct = (number: number, name: string): Promise<void> =>
      put(number, { productnumber: `P-${number}`, name }, 'products')
    for (let number = 1; number <= 5; number += 1) await putProduct(number, `Product ${number}`)
    const states = checkpoints()
    const names = ['productnumber', 'name']
    const sink = createDataverseSink(target, {
      entitySet: 'products',
      key: ['productnumber'],
      deletions: 'ignore',
      toRow: (change) =>
        change.kind === 'upserted'
          ? { productnumber: change.row.productnumber, name: change.row.name }
          : undefined,
    })
    const feed = createChangeFeed(source, { entitySet: 'products', select: names })
    await sync({ name: 'products', source: feed, sink, checkpoints: states })
    await putProduct(2, 'renamed')
    await sync({ name: 'products', source: feed, sink, checkpoints: states })
    expect(rowsOf(to, names, 'products')).toEqual(rowsOf(from, names, 'products'))
    expect(rowsOf(to, ['productid'], 'products')).not.toEqual(rowsOf(from, ['productid'], 'products'))
  })

  it('stops at a row that Dataverse does not take, or lays it aside and goes on', async () => {
    await put(1, { name: 'good' })
    await put(2, { name: 'bad' })
    const toRow: DataverseSinkOptions['toRow'] = (change) =>
      change.kind === 'upserted'
        ? { accountid: change.id, name: change.row.name === 'bad' ? 'x'.repeat(5_000) : change.row.name }
        : undefined
    await expect(
      run(createDataverseSink(target, { ...byId, toRow }), { checkpoints: checkpoints() }),
    ).rejects.toMatchObject({ code: 'sink-failed', message: expect.stringContaining(idOf(2)) })
    const letters: unknown[] = []
    const deadLetter = (letter: unknown) => void letters.push(letter)
    await run(createDataverseSink(target, { ...byId, toRow, onBadRow: 'dead-letter', deadLetter }), {
      checkpoints: checkpoints(),
    })
    expect(rowsOf(to, ['name'])).toEqual([['good']])
    expect(letters).toMatchObject([{ row: { accountid: idOf(2) } }])
  })

  it('refuses a second snapshot that it cannot tell deletions from, and takes it through fingerprints', async () => {
    for (let number = 1; number <= 3; number += 1) await put(number, { name: `Account ${number}` })
    const states = checkpoints()
    const fingerprints = createMemoryFingerprints()
    await run(createDataverseSink(target, byId), { checkpoints: states, fingerprints })
    await remove(2)
    await expect(
      run(createDataverseSink(target, byId), { checkpoints: states, restart: true }),
    ).rejects.toMatchObject({ code: 'sink-mismatch', message: expect.stringContaining('fingerprint store') })
    from.deltaTokens.expireAll()
    await run(createDataverseSink(target, byId), { checkpoints: states, fingerprints, maxDeleteShare: 1 })
    expect(rowsOf(to, select)).toEqual(rowsOf(from, select))
  })

  it('is told what to do with deletions before one comes', async () => {
    await put(1, { name: 'a' })
    const states = checkpoints()
    const sink = () => createDataverseSink(target, { entitySet: 'accounts' })
    await run(sink(), { checkpoints: states })
    await remove(1)
    await expect(run(sink(), { checkpoints: states })).rejects.toThrow("Set deletions to 'delete'")
  })
})
