import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createClient, type DataverseClient } from '@deltaverse/client'
import { createUpsertWriter, type TableSource } from '@deltaverse/dataverse'
import { createVirtualClock } from '@deltaverse/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { onEveryRow } from './told-rows.js'

/** The table as the writer is told, so that the server has to answer writes only. */
const metadata: TableSource = {
  tableOfSet: async () => ({
    logicalName: 'product',
    entitySetName: 'products',
    primaryIdColumn: 'productid',
    columns: new Map([['productnumber', { logicalName: 'productnumber', kind: 'text', targets: [] }]]),
    keys: [{ logicalName: 'key', columns: ['productnumber'], indexStatus: 'Active' }],
  }),
  details: async () => new Map(),
}

interface Reply {
  readonly status?: number
  readonly type?: string
  readonly text: string
}

let server: Server
let client: DataverseClient
/** Parts of every batch that came, by the numbers of their products. */
let batches: string[][]
let reply: (numbers: readonly string[], at: number) => Reply

beforeEach(async () => {
  batches = []
  server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const numbers = [
        ...Buffer.concat(chunks)
          .toString()
          .matchAll(/productnumber='([^']*)'/g),
      ].map(([, each]) => each!)
      batches.push(numbers)
      const { status = 200, type = 'multipart/mixed; boundary=b', text } = reply(numbers, batches.length)
      response.writeHead(status, { 'content-type': type })
      response.end(text)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  client = createClient({ url: `http://127.0.0.1:${port}`, clock: createVirtualClock(), random: () => 0 })
})

afterEach(async () => {
  await client.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

function multipart(answers: readonly string[], closing = '--b--\r\n'): string {
  return (
    answers
      .map((answer) => `--b\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 ${answer}\r\n\r\n`)
      .join('') + closing
  )
}

const done = '204 No Content\r\nOData-Version: 4.0\r\n'
const bad =
  '400 Bad Request\r\nContent-Type: application/json\r\n\r\n{"error":{"code":"0x80044331","message":"too long"}}'

async function write(count: number) {
  const clock = createVirtualClock()
  const writer = createUpsertWriter(client, {
    entitySet: 'products',
    key: ['productnumber'],
    strategy: 'batch',
    batchSize: 1_000,
    metadata,
    clock,
    random: () => 0,
  })
  const statuses: string[] = []
  const rows = Array.from({ length: count }, (_, at) => ({ productnumber: `P${at}` }))
  const summary = await writer.write(
    rows,
    onEveryRow(({ index, status }) => {
      statuses[index] = status
    }),
  )
  return { summary, statuses }
}

describe('the answer to a batch', () => {
  it('that stops at the first failure leaves rows that were not run, which are sent again', async () => {
    reply = (numbers) => {
      const at = numbers.indexOf('P2')
      if (at === -1) return { text: multipart(numbers.map(() => done)) }
      return { status: 400, text: multipart([...numbers.slice(0, at).map(() => done), bad]) }
    }
    const { statuses } = await write(5)
    expect(statuses).toEqual(['upserted', 'upserted', 'failed', 'upserted', 'upserted'])
    expect(batches).toEqual([
      ['P0', 'P1', 'P2', 'P3', 'P4'],
      ['P3', 'P4'],
    ])
  })

  it('that breaks off says nothing of the rows behind, which are sent again', async () => {
    reply = (numbers, at) =>
      at === 1
        ? { text: multipart([done, done], '--b\r\nContent-Type: appl') }
        : { text: multipart(numbers.map(() => done)) }
    const { summary } = await write(4)
    expect(summary).toMatchObject({ upserted: 4, requests: 2 })
    expect(batches[1]).toEqual(['P2', 'P3'])
  })

  it('that is a flat refusal for too many parts makes smaller ones', async () => {
    reply = (numbers) =>
      numbers.length > 250
        ? {
            status: 400,
            type: 'application/json',
            text: '{"Message":"An error has occurred.","ExceptionMessage":"Only batch messages with a maximum number of \'250\' query operations, including changeset operations, are allowed","ErrorCode":"0x0"}',
          }
        : { text: multipart(numbers.map(() => done)) }
    expect((await write(600)).summary).toMatchObject({ upserted: 600, requests: 4 })
    expect(batches.map(({ length }) => length)).toEqual([600, 250, 250, 100])
  })

  it('that is a flat throttle in a part is waited for', async () => {
    const throttled =
      '429 Unknown Status Code\r\nContent-Type: application/json\r\n\r\n{"Message":"Number of requests exceeded the limit of 6000 over time window of 300 seconds.","ErrorCode":"0x80072322"}'
    reply = (numbers, at) => ({
      text: multipart(numbers.map((_, part) => (at === 1 && part > 0 ? throttled : done))),
    })
    expect((await write(3)).summary).toMatchObject({ upserted: 3, requests: 2 })
    expect(batches[1]).toEqual(['P1', 'P2'])
  })

  it('that never says anything useful ends in failures, not in a loop', async () => {
    reply = () => ({ text: multipart([]) })
    const { summary } = await write(3)
    expect(summary).toMatchObject({ failed: 3 })
    expect(summary.requests).toBeLessThan(20)
  })

  it('that is a refusal for reasons of one row is split down to it', async () => {
    reply = (numbers) =>
      numbers.includes('P5')
        ? { status: 400, type: 'application/json', text: '{"ErrorCode":"0x0","Message":"no"}' }
        : { text: multipart(numbers.map(() => done)) }
    const { statuses } = await write(16)
    expect(statuses.map((status, at) => (status === 'failed' ? at : -1)).filter((at) => at >= 0)).toEqual([5])
  })
})
