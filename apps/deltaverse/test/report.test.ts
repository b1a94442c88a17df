import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { runDeltaverse } from './support/run-deltaverse.js'

let emulator: Emulator
let cwd = ''

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'deltaverse-report-'))
  emulator = await startEmulator({
    rows: {
      products: Array.from({ length: 40 }, (_, n) => ({ productnumber: `P-${n}`, name: `Product ${n}` })),
    },
  })
})
beforeEach(() => emulator.faults.clear())
afterAll(async () => {
  await emulator.close()
  rmSync(cwd, { recursive: true, force: true })
})

const run = (...args: string[]) => runDeltaverse(args, { cwd })
const pull = (...args: string[]) => run('pull', '--from', emulator.url, '--table', 'product:name', ...args)
const page = (file: string) => readFileSync(join(cwd, file), 'utf8')

describe('the report at the end', () => {
  it('names the files that were written, and none when nothing was', async () => {
    const first = await pull('--to', 'files', '--json')
    const [table] = first.json().tables
    expect(table).toMatchObject({
      files: ['files/products.000001.ndjson'],
      bytesOnDisk: statSync(join(cwd, 'files/products.000001.ndjson')).size,
    })
    const second = await pull('--to', 'files', '--json')
    expect(second.json().tables[0]).toMatchObject({ files: [], bytesOnDisk: 0 })
    expect((await pull('--to', 'files')).stdout).toMatch(/^product: nothing changed$/m)
    const before = table.bytesOnDisk as number
    const [row] = emulator.table('products').rows()
    emulator.table('products').update(row?.productid as string, { name: 'Renamed' })
    const third = (await pull('--to', 'files', '--json')).json().tables[0]
    expect(third.files).toEqual(['files/products.000001.ndjson'])
    expect(third.bytesOnDisk).toBe(statSync(join(cwd, 'files/products.000001.ndjson')).size - before)
  })

  it('says why there were more requests than pages, and how many bytes came', async () => {
    const sentBefore = emulator.requests.length
    emulator.faults.next({ url: '/products?', nth: 2, status: 503 })
    const ended = await pull('--to', 'counted', '--page-size', '15')
    const sent = emulator.requests.length - sentBefore
    expect(ended.stdout).toMatch(
      /^product: \d+ requests: 5 pages, \d for definitions, 1 to count rows, 1 for settings of the environment, 1 sent again$/m,
    )
    expect(ended.stdout).toMatch(
      /^product: counted\/products.000001.ndjson; [\d.]+ k?B came over the wire, [\d.]+ kB on the disk$/m,
    )
    const counted = [...ended.stdout.matchAll(/(\d+) requests?(?: to look|:)/g)].map(([, count]) =>
      Number(count),
    )
    expect(counted.reduce((sum, count) => sum + count)).toBe(sent)
  })

  it('says it of a push as well', async () => {
    writeFileSync(join(cwd, 'more.csv'), 'productnumber,name\nP-900,New\nP-5,Product 5\n')
    const args = ['more.csv', '--to', emulator.url, '--table', 'product', '--key', 'productnumber']
    const ended = await run('push', ...args)
    expect(ended.stdout).toMatch(/^product: 2 rows: 1 created, 1 unchanged$/m)
    expect(ended.stdout).toMatch(
      /^\d+ requests: \d+ for rows, .*definitions.*; 1 of them may have written; /m,
    )
  })
})

/** What a page is made of. */
const ownTags = new Set(
  'body br h1 h2 head html line li meta p polyline rect small span style svg table tbody td text th thead title tr ul'.split(
    ' ',
  ),
)

describe('--report', () => {
  it('is one page about the run, with nothing from elsewhere and no script', async () => {
    emulator.faults.next({ url: '/products?', nth: 2, status: 429, code: '0x80072322', retryAfterSeconds: 1 })
    const ended = await pull('--to', 'reported', '--report', 'run.html')
    expect(ended.code).toBe(0)
    const html = page('run.html')
    expect(html).toContain('<title>deltaverse pull: done</title>')
    expect(html).toContain('<h2>Rows over time</h2><svg')
    expect(html).toMatch(/<polyline points="[\d., ]+"[^>]*><title>products<\/title>/)
    expect(html).toMatch(/<h2>Waits for the limits of the service<\/h2>.*the service takes no more requests/)
    expect(html).toMatch(/<h2>Requests that were sent again<\/h2><svg.*throttled/)
    expect(html).toContain('reported/products.000001.ndjson')
    expect(html).not.toMatch(/<script|\b(?:src|href)=|url\(|@import|https?:\/\//)
  })

  it('shows dead letters by reason, and holds none of their values', async () => {
    const rows = ['much', 'more', '5'].map((price, n) => ({ productnumber: `P-${n}`, price }))
    writeFileSync(join(cwd, 'bad.json'), JSON.stringify(rows))
    const args = ['bad.json', '--to', emulator.url, '--table', 'product', '--key', 'productnumber']
    expect((await run('push', ...args, '--report', 'bad.html')).code).toBe(3)
    const html = page('bad.html')
    expect(html).toMatch(
      /<h2>Rows that were not written, by reason<\/h2><svg.*price has a value that it does not take<title>.*>2<\/text><\/svg>/,
    )
    expect(html).not.toMatch(/much|more/)
  })

  it('shows markup in whatever comes from data as text', async () => {
    const markup = `<img src=x onerror=alert(1)>"'&`
    // The service quotes a row, and the folder is called like that too.
    emulator.faults.add({ method: 'POST', status: 400, message: `refused: ${markup}` })
    writeFileSync(join(cwd, 'marked.json'), JSON.stringify([{ productnumber: 'P-7', name: markup }]))
    const args = ['marked.json', '--to', emulator.url, '--table', 'product', '--key', 'productnumber']
    expect((await run('push', ...args, '--report', 'push.html')).code).toBe(3)
    emulator.faults.clear()
    expect((await pull('--to', markup, '--report', 'pull.html')).code).toBe(0)
    for (const html of [page('push.html'), page('pull.html')]) {
      expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;')
      const tags = new Set([...html.matchAll(/<\/?([a-z]+\d?)/gi)].map(([, tag]) => tag))
      expect([...tags].filter((tag) => !ownTags.has(tag ?? ''))).toEqual([])
      expect(html).not.toMatch(/<[^>]*\sonerror/)
    }
  })

  it('tells of the jobs of a file', async () => {
    const jobs = `connections: { crm: { dataverse: "${emulator.url}" }, lake: { files: lake } }
jobs:
  well: { pull: { from: crm, tables: { product: {} } }, to: lake }
  wrong: { pull: { from: crm, tables: { nothing: {} } }, to: lake }
  behind: { after: [wrong], pull: { from: crm, tables: { product: {} } }, to: lake }
`
    writeFileSync(join(cwd, 'deltaverse.yaml'), jobs)
    const ended = await run('run', '--report', 'jobs.html')
    expect(ended.code).toBe(3)
    expect(page('jobs.html')).toMatch(
      /<td>well<\/td><td>done<\/td>.*<td>wrong<\/td><td>failed<\/td>.*<td>behind<\/td><td>failed<\/td><td>wrong has to be done before it/,
    )
  })

  it('is there for a run that failed too, with its reason', async () => {
    const ended = await run(
      ...['pull', '--from', emulator.url, '--table', 'product', '--table', 'nothing', '--to', 'partly'],
      ...['--report', 'partly.html'],
    )
    expect(ended.code).toBe(3)
    expect(page('partly.html')).toMatch(/ended with 3[\s\S]*<span class="failed">.*nothing/)
  })

  it('is refused where it cannot be written, before anything is done', async () => {
    const ended = await pull('--to', 'never', '--report', 'no/where.html')
    expect([ended.code, ended.stderr]).toEqual([2, expect.stringContaining('--report: no/where.html')])
  })
})
