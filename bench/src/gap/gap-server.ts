import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { writeAccountRows } from '../account-page.js'
import { serviceRootOf } from '../table.js'
import { type GapCase, gapPageSize } from './gap-case.js'

/** Of so many rows, one changes while they are read. */
const rowsPerChange = 1_000

/** Sends its address first; then each message is a case to serve, answered when its pages are ready and compressed. */
const server = createServer(answer)
const serviceRoot = serviceRootOf(await listen())
const wideRows = writeAccountRows(gapPageSize, serviceRoot)
let pages = new Map<string, Buffer>()
process.on('message', (one: GapCase) => void prepare(one).then(() => process.send?.('ready')))
process.on('disconnect', () => process.exit())
process.send?.(serviceRoot)

async function prepare({ columns, pages: count, read }: GapCase): Promise<void> {
  const rows = columns === 'wide' ? wideRows : pick(['accountid', 'name', 'accountnumber'])
  const all = JSON.parse(`[${rows}]`) as object[]
  const changed = all.slice(0, Math.ceil((count * gapPageSize) / rowsPerChange))
  pages = new Map()
  await addPages('keys', pick(['accountid']), count, '#accounts(accountid)')
  await addPages('rows', rows, read === 'delta' ? 1 : count, '#accounts')
  await addPages('keys-delta', changed.map((row) => JSON.stringify(row)).join(','), 1, '#accounts/$delta')
  await addPages('rows-delta', rows, count, '#accounts/$delta')
}

/** The same rows with fewer columns. */
function pick(columns: readonly string[]): string {
  const kept = new Set(['@odata.etag', '@odata.context', 'id', 'reason', ...columns])
  const rows = JSON.parse(`[${wideRows}]`) as Record<string, unknown>[]
  return rows
    .map((row) => JSON.stringify(Object.fromEntries(Object.entries(row).filter(([name]) => kept.has(name)))))
    .join(',')
}

/** `read` is keys or rows from the start, or the delta from the token that one of these ended with. */
async function addPages(read: string, rows: string, count: number, context: string): Promise<void> {
  const select = read === 'keys' ? '$select=accountid&' : ''
  const delta = `${serviceRoot}/accounts?${select}$deltatoken=${read.split('-')[0]}`
  for (let number = 1; number <= count; number += 1) {
    const next = `${serviceRoot}/accounts?$skiptoken=${read}.${number + 1}`
    const link = number < count ? `"@odata.nextLink":"${next}"` : `"@odata.deltaLink":"${delta}"`
    const text = `{"@odata.context":"${serviceRoot}/$metadata${context}","value":[${rows}],${link}}`
    pages.set(`${read}.${number}`, await promisify(gzip)(text))
  }
}

function answer({ url = '' }: IncomingMessage, response: ServerResponse): void {
  const page = pages.get(pageOf(url))
  if (page === undefined) {
    response.writeHead(404).end()
    return
  }
  response.writeHead(200, {
    'content-type': 'application/json; odata.metadata=minimal',
    'content-encoding': 'gzip',
    'content-length': page.length,
  })
  response.end(page)
}

function pageOf(url: string): string {
  const place = /\$skiptoken=([\w.-]+)/.exec(url)?.[1]
  if (place !== undefined) return place
  const token = /\$deltatoken=(\w+)/.exec(url)?.[1]
  if (token !== undefined) return `${token}-delta.1`
  return url.endsWith('$select=accountid') ? 'keys.1' : 'rows.1'
}

async function listen(): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
