import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * A process that takes writes and answers at once, keeping nothing but their number. Its first message says where it listens;
 * each message to it is answered with the rows since the last one.
 */
export interface ResponderCount {
  readonly rows: number
  readonly requests: number
}

const batchAnswers = new Map<string, Buffer>()
let rows = 0
let requests = 0

const server = createServer(answer)
server.keepAliveTimeout = 60_000
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
process.on('message', () => {
  const count: ResponderCount = { rows, requests }
  rows = 0
  requests = 0
  process.send?.(count)
})
process.on('disconnect', () => process.exit())
process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)

function answer(request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    if (request.method === 'GET') {
      // Whoever asks whether a table has bulk messages hears that it has.
      const filter = { sdkmessagefilterid: '00000000-0000-4000-8000-000000000001' }
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ value: [filter] }))
      return
    }
    requests += 1
    const body = Buffer.concat(chunks)
    if (request.url?.endsWith('/$batch')) answerBatch(body, response)
    else {
      rows += count(body, '"@odata.type"')
      response.writeHead(204).end()
    }
  })
}

function answerBatch(body: Buffer, response: ServerResponse): void {
  const parts = count(body, ' HTTP/1.1\r\n')
  rows += parts
  // Whoever sends a changeset gets one back.
  const changeset = body.indexOf('multipart/mixed') !== -1
  const key = `${parts} ${changeset}`
  const text = batchAnswers.get(key) ?? formatBatchAnswer(parts, changeset)
  batchAnswers.set(key, text)
  response.writeHead(200, {
    'content-type': 'multipart/mixed; boundary=batchresponse_1',
    'content-length': text.length,
  })
  response.end(text)
}

function formatBatchAnswer(parts: number, changeset: boolean): Buffer {
  const boundary = changeset ? 'changesetresponse_1' : 'batchresponse_1'
  const lines: string[] = []
  for (let part = 1; part <= parts; part += 1) {
    const id = `00000000-0000-4000-8000-${String(part).padStart(12, '0')}`
    const entityId = `http://127.0.0.1/api/data/v9.2/products(${id})`
    lines.push(
      `--${boundary}\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n`,
      changeset ? `Content-ID: ${part}\r\n` : '',
      `\r\nHTTP/1.1 204 No Content\r\nOData-Version: 4.0\r\nLocation: ${entityId}\r\nOData-EntityId: ${entityId}\r\n\r\n\r\n`,
    )
  }
  lines.push(`--${boundary}--\r\n`)
  const head = '--batchresponse_1\r\nContent-Type: multipart/mixed; boundary=changesetresponse_1\r\n\r\n'
  const text = lines.join('')
  return Buffer.from(changeset ? `${head}${text}--batchresponse_1--\r\n` : text)
}

function count(body: Buffer, text: string): number {
  let found = 0
  for (let at = body.indexOf(text); at !== -1; at = body.indexOf(text, at + text.length)) found += 1
  return found
}
