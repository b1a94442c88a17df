import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { isDeepStrictEqual, promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { type AccountPages, createAccountPages } from './account-pages.js'
import { type Prepared, serviceRootOf, type Table } from './table.js'

/** What is being served. */
interface Served {
  readonly table: Table
  readonly prepared: Prepared
  /** The page as it goes out; `undefined` behind the last one. */
  page(number: number): Buffer | undefined
}

/** Started with the key and certificate as its first message; then each message is a table to serve, answered when it is ready. */
const { key, cert } = await nextMessage<{ key: string; cert: string }>()
const pagesOfSize = new Map<number, AccountPages>()
let served: Served | undefined

const plain = createServer(answer)
const secure = createSecureServer({ key, cert }, answer)
const origins = { http: await listen(plain, 'http'), https: await listen(secure, 'https') }
process.on('message', (table: Table) => void prepare(table).then((prepared) => process.send?.(prepared)))
process.on('disconnect', () => process.exit())
process.send?.(origins)

async function prepare(table: Table): Promise<Prepared> {
  if (served !== undefined && isDeepStrictEqual(served.table, table)) return served.prepared
  // Before the next one is made: both would not fit beside each other.
  served = undefined
  const next = table.onTheFly ? serveOnTheFly(table) : await serveFromMemory(table)
  served = next
  return next.prepared
}

/** Has every page in memory as it will go out, so that serving costs little and the same for each client. */
async function serveFromMemory(table: Table): Promise<Served> {
  const pages: Buffer[] = []
  let bytes = 0
  for (let number = 1; number <= table.pages; number += 1) {
    const page = makePage(table, number)
    bytes += page.length
    pages.push(table.gzip ? await promisify(gzip)(page) : page)
  }
  return { table, prepared: describe(table, bytes), page: (number) => pages[number - 1] }
}

/** Makes each page as it is asked for, so that there may be any number of them. */
function serveOnTheFly(table: Table): Served {
  // Links are padded, so all pages but the last are of one size.
  const bytes = makePage(table, 1).length * (table.pages - 1) + makePage(table, table.pages).length
  const page = (number: number) => (number <= table.pages ? makePage(table, number) : undefined)
  return { table, prepared: describe(table, bytes), page }
}

function makePage({ transport, pageSize, pages }: Table, number: number): Buffer {
  const serviceRoot = serviceRootOf(origins[transport])
  const made = pagesOfSize.get(pageSize) ?? createAccountPages(pageSize, serviceRootOf(origins.http))
  pagesOfSize.set(pageSize, made)
  const next = `${serviceRoot}/accounts?$skiptoken=${String(number + 1).padStart(6, '0')}`
  const delta = `${serviceRoot}/accounts?$deltatoken=${pages}%2111%2f20%2f2026`
  const link = number < pages ? `"@odata.nextLink":"${next}"` : `"@odata.deltaLink":"${delta}"`
  return made.page(number, serviceRoot, link)
}

function describe({ transport, pageSize, pages }: Table, bytes: number): Prepared {
  return { serviceRoot: serviceRootOf(origins[transport]), rows: pages * pageSize, bytes }
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const number = Number(/\$skiptoken=(\d+)/.exec(decodeURIComponent(request.url ?? ''))?.[1] ?? 1)
  const page = served?.page(number)
  if (page === undefined) {
    response.writeHead(404).end()
    return
  }
  response.writeHead(200, {
    'content-type': 'application/json; odata.metadata=minimal',
    'preference-applied': 'odata.track-changes',
    'content-length': page.length,
    ...(served?.table.gzip ? { 'content-encoding': 'gzip' } : {}),
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
