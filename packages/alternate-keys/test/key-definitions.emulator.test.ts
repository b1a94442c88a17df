import {
  createKey,
  createKeyResolver,
  deleteKey,
  ensureKey,
  type KeyProgress,
  listKeys,
  preflightKeys,
  reactivateKey,
} from '@deltaverse/alternate-keys'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Service, startService } from './start-service.js'
import { createVirtualClock } from './virtual-clock.js'

let service: Service

beforeEach(async () => {
  service = await startService({ keyIndexing: 'stepwise' })
})

afterEach(() => service.close())

const nameKey = { table: 'contact', columns: ['lastname', 'firstname'], schemaName: 'new_NameKey' }

describe('key definitions', () => {
  it('are listed, created and deleted', async () => {
    await createKey(service.client, { ...nameKey, displayName: 'Name' })
    const keys = await listKeys(service.client, 'contact')
    expect(keys.map(({ logicalName, columns }) => [logicalName, columns])).toEqual([
      ['new_contactkey', ['emailaddress1']],
      ['new_namekey', ['lastname', 'firstname']],
    ])
    await deleteKey(service.client, 'contact', 'new_NameKey')
    expect(await listKeys(service.client, 'contact')).toHaveLength(1)
    await expect(deleteKey(service.client, 'contact', 'new_namekey')).rejects.toMatchObject({
      code: 'not-found',
    })
    await expect(listKeys(service.client, 'nothing')).rejects.toMatchObject({ code: 'not-found' })
  })

  it('refuse names without a prefix before anything is sent', async () => {
    await expect(createKey(service.client, { ...nameKey, schemaName: 'key' })).rejects.toThrow(TypeError)
    await expect(createKey(service.client, { ...nameKey, columns: [] })).rejects.toThrow(RangeError)
    expect(service.requestsSince()).toEqual([])
  })
})

describe('ensureKey()', () => {
  it('creates a key, waits until it is Active and tells how far it is', async () => {
    const clock = createVirtualClock()
    const progress: KeyProgress[] = []
    const { metadata, resolve } = createKeyResolver(service.client)
    await metadata.table('contact')
    const key = await ensureKey(service.client, nameKey, {
      clock,
      metadata,
      onProgress: (each) => progress.push(each),
    })
    expect(key).toMatchObject({ logicalName: 'new_namekey', indexStatus: 'Active' })
    expect(progress.at(-1)).toMatchObject({ table: 'contact', key: 'new_namekey', status: 'Active' })
    expect(progress.length).toBe(clock.delays.length + 1)
    expect(new Set(clock.delays)).toEqual(new Set([15_000]))
    expect((await metadata.table('contact')).keys).toHaveLength(2)
    expect((await resolve('contact', { firstname: 'A', lastname: 'B' })).status).toBe('missing')
  })

  it('takes a key of the same columns under another name and in another order', async () => {
    const first = await ensureKey(service.client, nameKey, { clock: createVirtualClock() })
    service.requestsSince()
    const second = await ensureKey(service.client, {
      table: 'contact',
      columns: ['firstname', 'lastname'],
      schemaName: 'new_Other',
    })
    expect(second).toEqual(first)
    expect(service.requestsSince()).toHaveLength(1)
  })

  it('says that duplicates are the usual reason when the index fails, and builds it again when they are gone', async () => {
    const contacts = service.emulator.table('contacts')
    contacts.create({ firstname: 'Ada', lastname: 'Lovelace' })
    const twin = contacts.create({ firstname: 'ada', lastname: 'Lovelace' })
    const clock = createVirtualClock()
    const failure = await ensureKey(service.client, nameKey, { clock }).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'conflict' })
    expect(String(failure)).toMatch(/equal values in \(lastname, firstname\).*groupby/)
    await expect(ensureKey(service.client, nameKey, { clock, reactivateFailed: true })).rejects.toMatchObject(
      {
        code: 'conflict',
      },
    )
    contacts.remove(twin)
    const key = await ensureKey(service.client, nameKey, { clock, reactivateFailed: true })
    expect(key.indexStatus).toBe('Active')
    await expect(reactivateKey(service.client, 'contact', 'new_namekey')).rejects.toMatchObject({
      serviceCode: '0x80060897',
    })
  })

  it('stops waiting at its time limit and at an abort', async () => {
    const clock = createVirtualClock()
    await expect(ensureKey(service.client, nameKey, { clock, timeoutMs: 0 })).rejects.toMatchObject({
      code: 'unavailable',
      retryable: true,
    })
    const controller = new AbortController()
    const reason = new Error('enough')
    const waiting = ensureKey(
      service.client,
      { ...nameKey, columns: ['nickname'], schemaName: 'new_Nick' },
      {
        signal: controller.signal,
        onProgress: () => controller.abort(reason),
      },
    )
    await expect(waiting).rejects.toBe(reason)
  })

  it('goes on when somebody else made the key at the same moment', async () => {
    service.emulator.faults.add({
      match: { method: 'POST', path: /Keys$/ },
      action: { kind: 'drop-after' },
    } as never)
    const key = await ensureKey(service.client, nameKey, { clock: createVirtualClock() }).catch(
      (error: unknown) => error,
    )
    expect(key).toBeDefined()
  })
})

describe('preflightKeys()', () => {
  it('tells which keys are active, missing, pending, failed or cannot be', async () => {
    const contacts = service.emulator.table('contacts')
    contacts.create({ lastname: 'A', nickname: 'x' })
    contacts.create({ lastname: 'B', nickname: 'x' })
    await createKey(service.client, { table: 'contact', columns: ['nickname'], schemaName: 'new_Nick' })
    for (let look = 0; look < 4; look += 1) await listKeys(service.client, 'contact')
    await createKey(service.client, nameKey)
    const { ready, keys } = await preflightKeys(service.client, [
      { table: 'account', columns: ['accountnumber'] },
      { table: 'account', columns: ['name'] },
      { table: 'contact', columns: ['firstname', 'lastname'] },
      { table: 'contact', columns: ['nickname'] },
      { table: 'nothing', columns: ['name'] },
      { table: 'account', columns: ['acountnumber'] },
    ])
    expect(ready).toBe(false)
    expect(keys.map(({ readiness }) => readiness)).toEqual([
      'active',
      'missing',
      'pending',
      'failed',
      'no-table',
      'no-column',
    ])
    expect(keys.map(({ advice }) => advice.split(' ')[0])).toEqual([
      '',
      'Make',
      'Wait',
      'Rows',
      'There',
      'Table',
    ])
  })
})
