import { createClient, type DataverseClient } from '@deltaverse/client'
import { type EmulatorOptions, startEmulator } from '@deltaverse/emulator'
import { createMetadataReader } from '@deltaverse/metadata'
import { createVirtualClock } from '@deltaverse/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

async function startService(options: EmulatorOptions = {}) {
  const emulator = await startEmulator(options)
  const client = createClient({ url: emulator.url, random: () => 0 })
  let seen = 0
  return {
    emulator,
    client,
    /** Requests since the last call. */
    requestsSince() {
      const fresh = emulator.requests.slice(seen)
      seen = emulator.requests.length
      return fresh
    },
    async close() {
      await client.close()
      await emulator.close()
    },
  }
}

let service: Awaited<ReturnType<typeof startService>>

beforeEach(async () => {
  service = await startService()
})

afterEach(() => service.close())

describe('createMetadataReader()', () => {
  it('finds a table by its entity set, and asks for the name once', async () => {
    const metadata = createMetadataReader(service.client)
    expect((await metadata.tableOfSet('accounts')).logicalName).toBe('account')
    service.requestsSince()
    expect(await metadata.tableOfSet('accounts')).toBe(await metadata.table('account'))
    expect(service.requestsSince()).toEqual([])
    await expect(metadata.tableOfSet('nothings')).rejects.toMatchObject({ code: 'not-found' })
    await expect(metadata.tableOfSet("a' or 1 eq 1")).rejects.toThrow(TypeError)
  })

  it('reads a table with columns, keys and lookups in one request', async () => {
    const product = await createMetadataReader(service.client).table('product')
    expect(product).toMatchObject({
      logicalName: 'product',
      entitySetName: 'products',
      primaryIdColumn: 'productid',
      primaryNameColumn: 'name',
      keys: [{ columns: ['productnumber'], indexStatus: 'Active' }],
    })
    expect(product.columns.get('defaultuomid')).toMatchObject({
      kind: 'lookup',
      targets: [{ table: 'uom', navigationProperty: 'defaultuomid' }],
    })
    expect(product.columns.get('productid')).toMatchObject({ kind: 'guid', isPrimaryId: true })
    expect(service.requestsSince()).toHaveLength(1)
  })

  it('reads by what format a column is numbered, and nothing of those that are not', async () => {
    const columnsOfTable = [
      { logicalName: 'new_name', type: 'string' as const },
      { logicalName: 'new_number', type: 'string' as const, autoNumberFormat: 'N-{SEQNUM:4}' },
      { logicalName: 'new_count', type: 'integer' as const },
    ]
    await service.close()
    service = await startService({ tables: [{ logicalName: 'new_order', columns: columnsOfTable }] })
    const { columns } = await createMetadataReader(service.client).table('new_order')
    const formats = ['new_name', 'new_number', 'new_count'].map((name) => columns.get(name)?.autoNumberFormat)
    expect(formats).toEqual([undefined, 'N-{SEQNUM:4}', undefined])
  })

  it('names every table that a lookup can point at', async () => {
    const account = await createMetadataReader(service.client).table('account')
    expect(account.columns.get('ownerid')?.targets).toEqual([
      { table: 'systemuser', navigationProperty: 'ownerid' },
      { table: 'team', navigationProperty: 'ownerid' },
    ])
  })

  it('reads what only typed definitions tell, kind by kind', async () => {
    const metadata = createMetadataReader(service.client)
    const details = async (kind: Parameters<typeof metadata.details>[1]) =>
      Object.fromEntries(await metadata.details('contact', kind))
    expect((await details('choice')).gendercode?.options).toMatchObject([
      { value: 1, label: 'Male' },
      { value: 2, label: 'Female' },
    ])
    expect((await details('status')).statuscode?.options?.[0]).toMatchObject({ value: 1, state: 0 })
    expect((await details('state')).statecode?.options?.[1]).toMatchObject({ value: 1, defaultStatus: 2 })
    expect((await details('boolean')).donotphone?.options).toHaveLength(2)
    expect((await details('date')).birthdate).toEqual({ dateBehavior: 'DateOnly' })
    expect((await details('money')).creditlimit).toEqual({ precision: 2 })
    expect((await details('image')).entityimage).toEqual({ maxSizeInKB: 10_240, canStoreFullImage: false })
    expect(await details('file')).toEqual({})
  })

  it('reads the many-to-many relationships that a table is an end of', async () => {
    const metadata = createMetadataReader(service.client)
    const [relationship] = (await metadata.manyToMany('lead')).filter(
      ({ intersect }) => intersect === 'accountleads',
    )
    expect(relationship).toEqual({
      schemaName: 'accountleads_association',
      intersect: 'accountleads',
      ends: [
        { table: 'account', navigationProperty: 'accountleads_association', column: 'accountid' },
        { table: 'lead', navigationProperty: 'accountleads_association', column: 'leadid' },
      ],
    })
    expect(await metadata.manyToMany('task')).toEqual([])
  })

  it('asks once for callers that ask at the same time, and again after its time or an invalidation', async () => {
    const clock = createVirtualClock()
    const metadata = createMetadataReader(service.client, { clock, ttlMs: 1_000 })
    await Promise.all(Array.from({ length: 20 }, () => metadata.table('contact')))
    await metadata.table('contact')
    expect(service.requestsSince()).toHaveLength(1)
    clock.advance(1_000)
    await metadata.table('contact')
    expect(service.requestsSince()).toHaveLength(1)
    metadata.invalidate('account')
    await metadata.table('contact')
    expect(service.requestsSince()).toHaveLength(0)
    metadata.invalidate('contact')
    await metadata.table('contact')
    metadata.invalidate()
    await metadata.table('contact')
    expect(service.requestsSince()).toHaveLength(2)
  })

  it('does not keep an answer that an invalidation overtook', async () => {
    const metadata = createMetadataReader(service.client)
    const early = metadata.table('contact')
    metadata.invalidate('contact')
    await early
    await metadata.table('contact')
    await metadata.table('contact')
    expect(service.requestsSince()).toHaveLength(2)
  })

  it('lets one caller go without the others, and gives up when all have gone', async () => {
    const signals: AbortSignal[] = []
    const client: Pick<DataverseClient, 'request'> = {
      request(request, call) {
        signals.push(call!.signal!)
        return service.client.request(request, call)
      },
    }
    const metadata = createMetadataReader(client)
    const [first, second] = [new AbortController(), new AbortController()]
    const gone = metadata.table('contact', { signal: first.signal })
    const stays = metadata.table('contact', { signal: second.signal })
    first.abort('first')
    await expect(gone).rejects.toBe('first')
    expect((await stays).logicalName).toBe('contact')
    expect(signals[0]?.aborted).toBe(false)

    const third = new AbortController()
    const alone = metadata.table('account', { signal: third.signal })
    third.abort('third')
    await expect(alone).rejects.toBe('third')
    expect(signals[1]?.aborted).toBe(true)
    expect((await metadata.table('account')).logicalName).toBe('account')
  })

  it('does not remember failures, and refuses what is no table', async () => {
    const metadata = createMetadataReader(service.client)
    await expect(metadata.table('nothing')).rejects.toMatchObject({ code: 'not-found' })
    await expect(metadata.table("account')/Keys('x")).rejects.toThrow(TypeError)
    service.emulator.faults.next({ url: 'EntityDefinitions', status: 403 })
    await expect(metadata.table('contact')).rejects.toMatchObject({ code: 'forbidden' })
    expect((await metadata.table('contact')).logicalName).toBe('contact')
    expect(() => createMetadataReader(service.client, { ttlMs: -1 })).toThrow(RangeError)
  })
})
