import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { writeAccountRows } from './account-page.js'
import { type Prepared, serviceRootOf, type Table } from './table.js'

/** Started with the key and certificate as its first message; then each message is a table to serve, answered when it is ready. */
const { key, cert } = await nextMessage<{ key: string; cert: string }>()
const rowsOfSize = new Map<number, string>()
let pages: Buffer[] = []
let encoding: 'gzip' | undefined

const plain = createServer(answer)
const secure = createSecureServer({ key, cert }, answer)
const origins = { http: await listen(plain, 'http'), https: await listen(secure, 'https') }
process.on('message', (table: Table) => void prepare(table).then((prepared) => process.send?.(prepared)))
process.on('disconnect', () => process.exit())
process.send?.(origins)

/** Has every page in memory as it will go out, so that serving costs little and the same for each client. */
async function prepare(table: Table): Promise<Prepared> {
  const serviceRoot = serviceRootOf(origins[table.transport])
  const rows = rowsOfSize.get(table.pageSize) ?? writeAccountRows(table.pageSize, serviceRootOf(origins.http))
  rowsOfSize.set(table.pageSize, rows)
  const context = `${serviceRoot}/$metadata#accounts`
  const head = `{"@odata.context":"${context}","@Microsoft.Dynamics.CRM.totalrecordcount":-1,"value":[`
  pages = []
  let bytes = 0
  for (let number = 1; number <= table.pages; number += 1) {
    const next = `${serviceRoot}/accounts?$skiptoken=${number + 1}`
    const delta = `${serviceRoot}/accounts?$deltatoken=${table.pages}%2111%2f20%2f2026`
    const link = number < table.pages ? `"@odata.nextLink":"${next}"` : `"@odata.deltaLink":"${delta}"`
    const page = Buffer.from(`${head}${rows}],${link}}`)
    bytes += page.length
    pages.push(table.gzip ? await promisify(gzip)(page) : page)
  }
  encoding = table.gzip ? 'gzip' : undefined
  return { serviceRoot, rows: table.pages * table.pageSize, bytes }
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const number = Number(/\$skiptoken=(\d+)/.exec(decodeURIComponent(request.url ?? ''))?.[1] ?? 1)
  const page = pages[number - 1]
  if (page === undefined) {
    response.writeHead(404).end()
    return
  }
  response.writeHead(200, {
    'content-type': 'application/json; odata.metadata=minimal',
    'preference-applied': 'odata.track-changes',
    'content-length': page.length,
    ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
  })
  response.end(page)
}

async function listen(server: typeof plain | typeof secure, scheme: 'http' | 'https'): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function nextMessage<T>(): Promise<T> {
  return new Promise((resolve) => process.once('message', (message) => resolve(message as T)))
}
