import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createClient } from '@deltaverse/client'
import { type Change, isDataverseError, type Source } from '@deltaverse/core'
import { connector } from '@deltaverse/dataverse/connector'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'

const { source: sourceRole, sink: sinkRole } = connector
if (sourceRole === undefined || sinkRole === undefined) throw new Error('a role is missing')

let emulator: Emulator
beforeEach(async () => {
  emulator = await startEmulator()
  emulator.table('products').create({ name: 'one', productnumber: '1' })
})
afterEach(() => emulator.close())

async function changesOf(source: Source): Promise<Change[]> {
  const changes: Change[] = []
  for await (const batch of source.read()) {
    for (const event of batch) if (event.kind === 'upserted' || event.kind === 'deleted') changes.push(event)
  }
  return changes
}

describe('the connector dataverse', () => {
  it('reads a table by options alone', async () => {
    const { source, release } = await sourceRole.open({
      url: emulator.url,
      entitySet: 'products',
      select: ['name'],
      gapGuard: false,
      env: {},
    })
    expect(source.table).toBe('products')
    expect(await changesOf(source)).toMatchObject([{ kind: 'upserted', row: { name: 'one' } }])
    await release()
    await expect(changesOf(source)).rejects.toThrow('is closed')
  })

  it('writes a table by options alone', async () => {
    const { sink, release } = await sinkRole.open(
      { url: emulator.url, key: ['productnumber'], deletions: 'ignore', batchSize: 5, env: {} },
      { name: 'products' },
    )
    await sink.open(undefined)
    const row = { productnumber: '2', name: 'two' }
    const change = { kind: 'upserted', table: 'rows', id: '2', rowVersion: undefined, row } as const
    await sink.write([{ ...change, bytes: Buffer.from(JSON.stringify(row)) }])
    await sink.commit()
    expect(
      emulator
        .table('products')
        .rows()
        .map(({ name }) => name),
    ).toEqual(['one', 'two'])
    await sink.close()
    await release()
  })

  it('leaves a client open that it is given', async () => {
    const client = createClient({ url: emulator.url })
    const { source, release } = await sourceRole.open({ client, entitySet: 'products' })
    await release()
    expect(await changesOf(source)).toHaveLength(1)
    await client.close()
  })

  it.each([
    ['source', { urls: 'x' }, 'Did you mean url?'],
    ['source', { entitySet: 'products' }, 'url is required unless client is given'],
    ['source', { url: 'http://127.0.0.1:1' }, 'entitySet is required'],
    ['source', { url: 'http://127.0.0.1:1', entitySet: 'products', pagesize: 5 }, 'Did you mean pageSize?'],
    ['sink', { url: 'http://127.0.0.1:1', keys: ['a'] }, 'Did you mean key?'],
    ['sink', { url: 'http://127.0.0.1:1', operation: 'create' }, 'has no option "operation"'],
    ['sink', { url: 'http://127.0.0.1:1', auth: 'magic' }, "received 'magic'"],
  ])('as a %s refuses %j', async (role, settings, message) => {
    const opened =
      role === 'source' ? sourceRole.open(settings) : sinkRole.open(settings, { name: 'products' })
    await expect(opened).rejects.toThrow(message)
    await expect(opened).rejects.toBeInstanceOf(TypeError)
  })

  it('offers no secret as an option', () => {
    for (const { options } of [sourceRole, sinkRole]) {
      const { properties } = options.toJsonSchema() as { properties: Record<string, unknown> }
      expect(
        Object.keys(properties).filter((name) => /secret|password|token$|certificate/i.test(name)),
      ).toEqual([])
      expect(Object.keys(properties)).toEqual(expect.arrayContaining(['url', 'auth', 'maxBodyBytes']))
      for (const name of ['client', 'env', 'onEvent', 'clock']) expect(properties).not.toHaveProperty(name)
    }
  })
})

describe('signing in by name', () => {
  const seen: (string | undefined)[] = []
  let server: Server
  let url: string
  beforeAll(async () => {
    server = createServer((request, response) => {
      seen.push(request.headers.authorization)
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"value":[]}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => new Promise((resolve) => server.close(resolve)))

  async function ask(settings: object): Promise<string | undefined> {
    seen.length = 0
    const opened = await sourceRole?.open({
      url,
      entitySet: 'products',
      primaryKey: 'productid',
      ...settings,
    })
    // What it is answered is no table; what it asked with is what matters.
    await opened?.source.count?.().catch(() => undefined)
    await opened?.release()
    return seen[0]
  }

  it('takes what the variables say, and nothing on this machine where they say nothing', async () => {
    expect(await ask({ env: {} })).toBeUndefined()
    expect(await ask({ env: { DATAVERSE_TOKEN: 'abc' } })).toBe('Bearer abc')
    expect(await ask({ env: { DATAVERSE_TOKEN: 'abc' }, auth: 'token' })).toBe('Bearer abc')
    expect(await ask({ env: { DATAVERSE_TOKEN: 'abc' }, auth: 'none' })).toBeUndefined()
  })

  it.each([
    ['client-secret', {}, 'AZURE_TENANT_ID, AZURE_CLIENT_ID'],
    ['client-secret', { DATAVERSE_TOKEN: 'abc' }, 'AZURE_TENANT_ID, AZURE_CLIENT_ID'],
    [
      'certificate',
      { AZURE_TENANT_ID: 't', AZURE_CLIENT_ID: 'c', AZURE_CLIENT_SECRET: 's' },
      'are|is not set',
    ],
    ['device-code', { AZURE_TENANT_ID: 't' }, 'AZURE_CLIENT_ID'],
    ['token', { AZURE_CLIENT_SECRET: 's' }, 'AZURE_TENANT_ID'],
  ])('with %s and the variables %j names what is missing', async (auth, env, message) => {
    const failed = await ask({ auth, env }).catch((error: unknown) => error)
    expect(isDataverseError(failed) && failed.code).toBe('unauthorized')
    expect(String(failed)).toMatch(new RegExp(message))
  })

  it('takes tenant and application from options', async () => {
    const secret = { AZURE_CLIENT_SECRET: 's' }
    const given = { tenantId: 't', clientId: 'c', auth: 'client-secret', env: secret }
    const opened = await sourceRole?.open({ url, entitySet: 'products', ...given })
    await opened?.release()
    expect(opened?.source.table).toBe('products')
  })
})
