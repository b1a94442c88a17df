import {
  createKey,
  createKeyResolver,
  deleteKey,
  ensureKey,
  type KeyClient,
  type KeyProgress,
  listKeys,
  preflightKeys,
  reactivateKey,
} from '@deltaverse/alternate-keys'
import type { DataverseRequest } from '@deltaverse/client'
import { createVirtualClock } from '@deltaverse/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Service, startService } from './start-service.js'

let service: Service

beforeEach(async () => {
  service = await startService()
})

afterEach(() => service.close())

const nameKey = { table: 'contact', columns: ['lastname', 'firstname'], schemaName: 'new_NameKey' }

/** The same client, to which the index of a key seems to be built for a while. */
function withSlowIndex(client: KeyClient, statuses: string[]): KeyClient {
  return {
    async request(request, call) {
      const response = await client.request(request, call)
      if (request.method !== 'GET' || !request.path.includes('/Keys')) return response
      const body = (await response.json()) as { value: { LogicalName: string }[] }
      const seen = body.value.some(({ LogicalName }) => LogicalName === 'new_namekey')
      const status = seen ? statuses.shift() : undefined
      const value = body.value.map((key) =>
        key.LogicalName === 'new_namekey' && status !== undefined
          ? { ...key, EntityKeyIndexStatus: status }
          : key,
      )
      return { ...response, json: async () => ({ ...body, value }) }
    },
  }
}

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

  it('say what they are called, in which language and solution, and are read past every cache', async () => {
    const sent: DataverseRequest[] = []
    const client: KeyClient = {
      request(request, call) {
        sent.push(request)
        return service.client.request(request, call)
      },
    }
    await createKey(client, { ...nameKey, displayName: 'Name', languageCode: 1031, solution: 'erp' })
    await createKey(client, { table: 'contact', columns: ['nickname'], schemaName: 'new_Nick' })
    const labels = sent.map(({ body }) => (body as Record<string, { LocalizedLabels: object[] }>).DisplayName)
    expect(labels.map((each) => each!.LocalizedLabels)).toMatchObject([
      [{ Label: 'Name', LanguageCode: 1031 }],
      [{ Label: 'new_Nick', LanguageCode: 1033 }],
    ])
    expect(sent.map(({ headers }) => headers)).toEqual([{ 'mscrm.solutionuniquename': 'erp' }, undefined])
    await listKeys(client, 'contact')
    expect(sent.at(-1)!.headers).toEqual({ consistency: 'Strong' })
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
    const slow = withSlowIndex(service.client, ['Pending', 'Pending', 'InProgress'])
    const key = await ensureKey(slow, nameKey, {
      clock,
      metadata,
      onProgress: (each) => progress.push(each),
    })
    expect(key).toMatchObject({ logicalName: 'new_namekey', indexStatus: 'Active' })
    expect(progress.map(({ status, waitedMs }) => [status, waitedMs])).toEqual([
      ['Pending', 0],
      ['Pending', 15_000],
      ['InProgress', 30_000],
      ['Active', 45_000],
    ])
    expect((await metadata.table('contact')).keys).toHaveLength(2)
    expect((await resolve('contact', { firstname: 'A', lastname: 'B' })).status).toBe('missing')
  })

  it('sees the index of a real table being built as time goes on', async () => {
    const clock = createVirtualClock()
    await service.close()
    service = await startService({
      keyIndexing: 'stepwise',
      keyIndexingStepMs: 40_000,
      clock: () => clock.now(),
    })
    const seen: string[] = []
    await ensureKey(service.client, nameKey, { clock, onProgress: ({ status }) => seen.push(status) })
    expect([...new Set(seen)]).toEqual(['Pending', 'InProgress', 'Active'])
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
    const never = withSlowIndex(service.client, Array<string>(10).fill('Pending'))
    const clock = createVirtualClock()
    await expect(ensureKey(never, nameKey, { clock, timeoutMs: 20_000 })).rejects.toMatchObject({
      code: 'unavailable',
      retryable: true,
    })
    expect(clock.delays).toEqual([15_000, 5_000])
    const controller = new AbortController()
    const reason = new Error('enough')
    const waiting = ensureKey(never, nameKey, {
      signal: controller.signal,
      onProgress: () => controller.abort(reason),
    })
    await expect(waiting).rejects.toBe(reason)
  })

  it('goes on when somebody else made the key at the same moment', async () => {
    service.emulator.faults.next({
      method: 'POST',
      url: '/Keys',
      afterEffect: true,
      status: 400,
      code: '0x80060893',
    })
    const key = await ensureKey(service.client, nameKey, { clock: createVirtualClock() })
    expect(key.indexStatus).toBe('Active')
    service.emulator.faults.next({ method: 'POST', url: '/Keys', status: 400, code: '0x80060893' })
    await expect(
      ensureKey(service.client, { ...nameKey, columns: ['nickname'] }, { clock: createVirtualClock() }),
    ).rejects.toMatchObject({ serviceCode: '0x80060893' })
  })
})

describe('preflightKeys()', () => {
  beforeEach(async () => {
    await service.close()
    service = await startService({
      tables: [
        {
          logicalName: 'new_thing',
          columns: [
            { logicalName: 'new_a', type: 'string', maxLength: 10 },
            { logicalName: 'new_b', type: 'integer' },
          ],
          keys: [{ logicalName: 'new_ab', columns: ['new_a', 'new_b'], indexStatus: 'InProgress' }],
        },
      ],
    })
  })

  it('tells which keys are active, missing, pending, failed or cannot be', async () => {
    const contacts = service.emulator.table('contacts')
    contacts.create({ lastname: 'A', nickname: 'x' })
    contacts.create({ lastname: 'B', nickname: 'x' })
    await createKey(service.client, { table: 'contact', columns: ['nickname'], schemaName: 'new_Nick' })
    const { ready, keys } = await preflightKeys(service.client, [
      { table: 'account', columns: ['accountnumber'] },
      { table: 'account', columns: ['name'] },
      { table: 'new_thing', columns: ['new_b', 'new_a'] },
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
