import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  request as send,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { createClient, type DataverseClient } from '@deltaverse/client'
import type { ChangeEvent, Checkpoint } from '@deltaverse/core'
import { type ChangeFeedOptions, createChangeFeed } from '@deltaverse/dataverse'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sketch } from './things.js'

let emulator: Emulator
let gateway: Server
let client: DataverseClient
/** What the gateway makes of a body, and whether it has lost its way. */
let rewrite: (body: string) => string
let isLost: (path: string) => boolean

beforeEach(async () => {
  emulator = await startEmulator()
  rewrite = (body) => body
  isLost = () => false
  gateway = createServer(forward)
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve))
  client = createClient({ url: `http://127.0.0.1:${(gateway.address() as AddressInfo).port}/crm` })
})

afterEach(async () => {
  await client.close()
  gateway.closeAllConnections()
  await new Promise((resolve) => gateway.close(resolve))
  await emulator.close()
})

/** Serves the emulator below `/crm`, and nothing beside it. */
function forward(request: IncomingMessage, response: ServerResponse): void {
  const { url = '', method = 'GET', headers } = request
  if (!url.startsWith('/crm/') || isLost(url)) {
    response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>no such page</h1>')
    return
  }
  const { 'accept-encoding': _, ...plain } = headers
  const path = url.slice('/crm'.length)
  const forwarded = send(`${emulator.url}${path}`, { method, headers: plain }, async (answer) => {
    let body = ''
    for await (const chunk of answer) body += String(chunk)
    const { 'content-length': __, 'transfer-encoding': ___, ...kept } = answer.headers
    response.writeHead(answer.statusCode ?? 500, kept).end(rewrite(body))
  })
  request.pipe(forwarded)
}

async function read(
  checkpoint: Checkpoint | undefined,
  options: Partial<ChangeFeedOptions> = {},
): Promise<{ readonly lines: string[]; readonly checkpoint: Checkpoint | undefined }> {
  const feed = createChangeFeed(client, { entitySet: 'products', select: ['name'], pageSize: 2, ...options })
  const events: ChangeEvent[] = []
  for await (const event of feed.changes({ checkpoint })) events.push(event)
  const last = events.at(-1)
  return {
    lines: sketch(events).map((line) => line.replace(/^upserted .*/, 'upserted')),
    checkpoint: last?.kind === 'checkpoint' ? last.checkpoint : undefined,
  }
}

function addProducts(count: number): void {
  for (let index = 0; index < count; index++) emulator.table('products').create({ name: `${index}` })
}

/** What a gateway may do to the links of the service. */
const gateways: Readonly<Record<string, (body: string) => string>> = {
  'leaves the links as the service wrote them': (body) => body,
  'puts its own path into the links': (body) => body.replaceAll('/api/data/', '/crm/api/data/'),
  'names the host that the service has inside': (body) =>
    body.replaceAll(/http:\/\/127\.0\.0\.1:\d+\/api/g, 'https://inside.local/api'),
  'has another path inside': (body) => body.replaceAll('/api/data/', '/backend/org/api/data/'),
}

describe('a service behind the path of a gateway', () => {
  it.each(Object.keys(gateways))(
    'is read to its end, and then by deltas, where the gateway %s',
    async (way) => {
      rewrite = gateways[way] ?? rewrite
      addProducts(5)
      const first = await read(undefined)
      expect(first.lines.filter((line) => line === 'upserted')).toHaveLength(5)
      addProducts(3)
      const second = await read(first.checkpoint)
      expect(second.lines.filter((line) => line.startsWith('reset'))).toEqual([])
      expect(second.lines.filter((line) => line === 'upserted').length).toBeGreaterThanOrEqual(3)
      const third = await read(second.checkpoint)
      expect(third.lines).toEqual(['incremental end'])
    },
  )

  it('goes on from checkpoints that were made past the gateway', async () => {
    addProducts(5)
    const past = createClient({ url: emulator.url })
    const feed = createChangeFeed(past, { entitySet: 'products', select: ['name'], pageSize: 2 })
    let checkpoint: Checkpoint | undefined
    for await (const event of feed.changes()) if (event.kind === 'checkpoint') checkpoint = event.checkpoint
    await past.close()
    addProducts(1)
    expect((await read(checkpoint)).lines).toEqual(['upserted', 'incremental end'])
  })

  it.each(['resync', 'fail'] as const)(
    'that is not found for once has not forgotten its token: %s',
    async (onExpired) => {
      addProducts(3)
      const { checkpoint } = await read(undefined)
      isLost = (path) => path.includes('deltatoken')
      const reading = read(checkpoint, { onExpired })
      await expect(reading).rejects.toMatchObject({ name: 'ResponseError', status: 404, code: 'not-found' })
      isLost = () => false
      expect((await read(checkpoint, { onExpired })).lines).toEqual(['incremental end'])
    },
  )

  it('that is not found while a delta or a full read is under way ends that read, and the next one goes on', async () => {
    addProducts(6)
    isLost = (path) => path.includes('skiptoken')
    await expect(read(undefined)).rejects.toMatchObject({ status: 404 })
    isLost = () => false
    const { checkpoint } = await read(undefined)
    addProducts(5)
    isLost = (path) => path.includes('skiptoken')
    await expect(read(checkpoint)).rejects.toMatchObject({ status: 404 })
    isLost = () => false
    expect((await read(checkpoint)).lines.filter((line) => line.startsWith('reset'))).toEqual([])
  })
})
