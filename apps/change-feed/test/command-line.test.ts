import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { catalogue } from '../src/lib/catalogue.js'
import { type Ended, runApp, startApp } from './support/app-process.js'
import { plainRows, rebuiltRows } from './support/rebuilt-table.js'
import { temporaryFolder } from './support/temporary-folder.js'

let emulator: Emulator

beforeAll(async () => {
  emulator = await startEmulator({
    rows: {
      products: catalogue(300),
      accounts: Array.from({ length: 40 }, (_, index) => ({ name: `Account ${index}` })),
    },
  })
})
afterAll(() => emulator.close())

const products = () => emulator.table('products')
const anyProduct = (): string => products().rows()[0]?.productid as string
const read = (...args: string[]): string[] => ['--url', emulator.url, '--json', ...args]
const reportOf = (ended: Ended) => JSON.parse(ended.stdout)

/** Everything in a folder, but for the checkpoint before the last one, which is there from the second save on. */
const filesIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((file) => !file.endsWith('.checkpoint.previous.json'))
    .sort()
const filesOf = (table: string): string[] => [
  `${table}.000001.ndjson`,
  `${table}.checkpoint.json`,
  `${table}.manifest.json`,
]

/** What the current file of a report says, against the table itself. */
function expectExact(cwd: string, file: string): void {
  expect(plainRows(rebuiltRows(join(cwd, file)).values())).toEqual(plainRows(products().rows()))
}

describe('the arguments', () => {
  it('are explained by --help, with defaults and examples', async () => {
    const { code, stdout, stderr } = await runApp(['--help'], { cwd: temporaryFolder() })
    expect(code).toBe(0)
    expect(stderr).toBe('')
    for (const text of [
      '--table <name...>',
      '(default: "out")',
      '(default: 10000)',
      'DATAVERSE_URL',
      'Exit codes:',
    ])
      expect(stdout).toContain(text)
    expect(stdout).toContain('npm start -- --url https://contoso.crm4.dynamics.com --table account')
  })

  it('may be asked for by somebody who stops reading', async () => {
    const app = startApp(['--help'], { cwd: temporaryFolder() })
    app.child.stdout.destroy()
    const { code, stderr } = await app.ended
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  it('can ask for the version', async () => {
    const { code, stdout } = await runApp(['--version'], { cwd: temporaryFolder() })
    expect(code).toBe(0)
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  it.each([
    ['an unknown option', ['--tabel', 'account'], /unknown option '--tabel'/],
    ['a name that is none', ['--url', 'https://x.test', '--table', "a'b"], /"a'b" is no name/],
    ['no credential', ['--url', 'https://x.test', '--table', 'a'], /no credential: set AZURE_TENANT_ID/],
  ])('are refused in one line with exit code 2: %s', async (_, args, expected) => {
    const cwd = temporaryFolder()
    const { code, stdout, stderr } = await runApp(args, { cwd })
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr.split('\n')).toHaveLength(1)
    expect(stderr).toMatch(expected)
    expect(readdirSync(cwd)).toEqual([])
  })

  it('are refused when a token would travel in clear', async () => {
    const env = { DATAVERSE_TOKEN: 'secret-token' }
    const args = ['--url', 'http://contoso.test', '--table', 'account']
    const { code, stderr } = await runApp(args, { cwd: temporaryFolder(), env })
    expect(code).toBe(2)
    expect(stderr).toMatch(/would travel in clear: use https:, or --allow-insecure-http/)
    expect(stderr).not.toContain('secret-token')
  })

  it('may leave the URL to the environment', async () => {
    const env = { DATAVERSE_URL: emulator.url }
    const ended = await runApp(['--table', 'products', '--json'], { cwd: temporaryFolder(), env })
    expect(ended.code).toBe(0)
    expect(reportOf(ended).tables[0].rows).toBe(products().count())
  })
})

describe('a run against an environment', () => {
  it('does its work although its output goes to a full disk, and ends with 1', async () => {
    // Only Linux has a device that is always full.
    if (!existsSync('/dev/full')) return
    const cwd = temporaryFolder()
    const output = openSync('/dev/full', 'w')
    const program = fileURLToPath(new URL('../dist/main.js', import.meta.url))
    const app = spawn(process.execPath, [program, ...read('--table', 'product')], {
      cwd,
      stdio: ['ignore', output, 'pipe'],
    })
    const [stderr, [code]] = await Promise.all([text(app.stderr as Readable), once(app, 'close')])
    closeSync(output)
    expect(code).toBe(1)
    expect(stderr).not.toMatch(/^\s+at /m)
    expectExact(cwd, 'out/products.000001.ndjson')
    expect(filesIn(join(cwd, 'out'))).toEqual(filesOf('products'))
  })

  it('reads a table in full, then only what changed, and says so in JSON', async () => {
    const cwd = temporaryFolder()
    const first = await runApp(read('--table', 'product'), { cwd })
    expect(first.code).toBe(0)
    expect(reportOf(first)).toMatchObject({ ok: true, exitCode: 0 })
    expect(reportOf(first).tables).toEqual([
      {
        table: 'product',
        entitySet: 'products',
        read: 'snapshot',
        rows: products().count(),
        deletions: 0,
        pages: 2,
        requests: 5,
        bytes: expect.any(Number),
        seconds: expect.any(Number),
        epoch: 1,
        phase: 'incremental',
        files: ['out/products.000001.ndjson'],
        manifestFile: 'out/products.manifest.json',
        checkpointFile: 'out/products.checkpoint.json',
      },
    ])

    products().update(anyProduct(), { price: 7 })
    products().remove(products().rows().at(-1)?.productid as string)
    const before = emulator.requestCount
    const second = await runApp(read('--table', 'product'), { cwd })
    expect(reportOf(second).tables[0]).toMatchObject({ read: 'incremental', rows: 1, deletions: 1, pages: 1 })
    // The definition of the table twice, its columns, the retention setting, the delta.
    expect(emulator.requestCount - before).toBe(5)
    expectExact(cwd, 'out/products.000001.ndjson')
  })

  it('reads several tables at once, and the same one only once', async () => {
    const cwd = temporaryFolder()
    const ended = await runApp(read('--table', 'product,account', '--table', 'products', '--out', 'data'), {
      cwd,
    })
    expect(ended.code).toBe(0)
    const files = reportOf(ended).tables.flatMap(({ files }: { files: string[] }) => files)
    expect(files).toEqual(['data/products.000001.ndjson', 'data/accounts.000001.ndjson'])
    expect(rebuiltRows(join(cwd, 'data/accounts.000001.ndjson')).size).toBe(40)
    expect(ended.stderr).toContain('products: is products, which is read already')
    expect(filesIn(join(cwd, 'data'))).toEqual([...filesOf('accounts'), ...filesOf('products')])
  })

  it('finishes the other tables when one fails, names it, and ends with 3', async () => {
    const ended = await runApp(read('--table', 'product', '--table', 'nonsense'), { cwd: temporaryFolder() })
    expect(ended.code).toBe(3)
    const [good, bad] = reportOf(ended).tables
    expect(good).toMatchObject({ table: 'product', phase: 'incremental' })
    expect(good.error).toBeUndefined()
    expect(bad).toMatchObject({ table: 'nonsense', error: { code: 'not-found' } })
    expect(reportOf(ended)).toMatchObject({ ok: false, exitCode: 3 })
  })

  it('ends with 1 when every table failed', async () => {
    const cwd = temporaryFolder()
    const ended = await runApp(['--url', emulator.url, '--table', 'nonsense'], { cwd })
    expect(ended.code).toBe(1)
    expect(ended.stdout).toContain('nonsense failed: ')
    expect(ended.stdout).toContain('has no table whose entity set or logical name is "nonsense"')
  })

  it('ends with 1 when the folder cannot be made', async () => {
    const cwd = temporaryFolder()
    writeFileSync(join(cwd, 'file'), '')
    const ended = await runApp(read('--table', 'product', '--out', 'file/out'), { cwd })
    expect(ended.code).toBe(1)
    expect(reportOf(ended)).toMatchObject({ ok: false, error: { code: 'sink-failed' } })
  })

  it('refuses a checkpoint of other columns, or reads again when told so', async () => {
    const cwd = temporaryFolder()
    const table = ['--table', 'product']
    expect((await runApp(read(...table, '--select', 'name,price'), { cwd })).code).toBe(0)
    const refused = await runApp(read(...table, '--select', 'name'), { cwd })
    expect(refused.code).toBe(1)
    expect(reportOf(refused).tables[0].error).toMatchObject({
      code: 'checkpoint-mismatch',
      message: expect.stringContaining('add --on-mismatch reset'),
    })
    const reset = await runApp(read(...table, '--select', 'name', '--on-mismatch', 'reset'), { cwd })
    expect(reset.code).toBe(0)
    expect(reportOf(reset).tables[0]).toMatchObject({
      read: 'snapshot',
      epoch: 2,
      files: ['out/products.000002.ndjson'],
      earlierFiles: ['out/products.000001.ndjson'],
    })
  })

  it('reads everything again with --restart, into a file of its own', async () => {
    const cwd = temporaryFolder()
    await runApp(read('--table', 'product'), { cwd })
    const kept = readFileSync(join(cwd, 'out/products.000001.ndjson'))
    const again = await runApp(read('--table', 'product', '--restart'), { cwd })
    expect(reportOf(again).tables[0]).toMatchObject({ read: 'snapshot', epoch: 2 })
    expect(readFileSync(join(cwd, 'out/products.000001.ndjson'))).toEqual(kept)
    expectExact(cwd, 'out/products.000002.ndjson')
  })

  it('resyncs into a new file when the delta token has expired, deletions included', async () => {
    const cwd = temporaryFolder()
    await runApp(read('--table', 'product'), { cwd })
    products().remove(anyProduct())
    emulator.deltaTokens.expireAll()
    const resync = await runApp(read('--table', 'product'), { cwd })
    expect(resync.code).toBe(0)
    expect(resync.stderr).toContain('no longer answers for the delta token. Resync')
    expect(reportOf(resync).tables[0]).toMatchObject({ read: 'snapshot', epoch: 2 })
    expectExact(cwd, 'out/products.000002.ndjson')
    const next = await runApp(read('--table', 'product'), { cwd })
    expect(reportOf(next).tables[0]).toMatchObject({ read: 'incremental', rows: 0, epoch: 2 })
  })

  it('keeps a file that is not its own', async () => {
    const cwd = temporaryFolder()
    await runApp(read('--table', 'product'), { cwd })
    rmSync(join(cwd, 'out/products.checkpoint.json'))
    rmSync(join(cwd, 'out/products.manifest.json'))
    const old = readFileSync(join(cwd, 'out/products.000001.ndjson'))
    const ended = await runApp(read('--table', 'product'), { cwd })
    expect(ended.code).toBe(0)
    expect(reportOf(ended).tables[0].setAside).toEqual(['products.000001.ndjson.1.bak'])
    expect(readFileSync(join(cwd, 'out/products.000001.ndjson.1.bak'))).toEqual(old)
    expectExact(cwd, 'out/products.000001.ndjson')
  })

  it('begins anew beside the files of a checkpoint that was removed', async () => {
    const cwd = temporaryFolder()
    await runApp(read('--table', 'product'), { cwd })
    rmSync(join(cwd, 'out/products.checkpoint.json'))
    const ended = await runApp(read('--table', 'product'), { cwd })
    expect(reportOf(ended).tables[0]).toMatchObject({
      read: 'snapshot',
      files: ['out/products.000002.ndjson'],
      earlierFiles: ['out/products.000001.ndjson'],
    })
    expectExact(cwd, 'out/products.000002.ndjson')
  })

  it('keeps the rows as they are in one file, compressed when told so', async () => {
    const cwd = temporaryFolder()
    const args = read('--table', 'product', '--mode', 'mirror', '--gzip')
    const first = await runApp(args, { cwd })
    const [file] = reportOf(first).tables[0].files
    expect(file).toBe('out/products.ndjson.gz')
    products().update(anyProduct(), { price: 3 })
    products().remove(products().rows().at(-1)?.productid as string)
    expect((await runApp(args, { cwd })).code).toBe(0)
    const lines = gunzipSync(readFileSync(join(cwd, file)))
      .toString('utf8')
      .trimEnd()
      .split('\n')
    expect(plainRows(lines.map((line) => JSON.parse(line).row))).toEqual(plainRows(products().rows()))
  })

  it('stops before it deletes more than a share of a table, and goes on when that is allowed', async () => {
    const cwd = temporaryFolder()
    await runApp(read('--table', 'account'), { cwd })
    const accounts = emulator.table('accounts')
    for (let more = 0; more < 200; more += 1) accounts.create({ name: `More ${more}` })
    await runApp(read('--table', 'account'), { cwd })
    for (const { accountid } of accounts.rows()) accounts.remove(accountid as string)
    const stopped = await runApp(read('--table', 'account'), { cwd })
    expect(stopped.code).toBe(1)
    expect(reportOf(stopped).tables[0].error).toMatchObject({
      code: 'too-many-deletions',
      message: expect.stringMatching(/run once with --max-delete-share 1; .* run once with --restart/),
    })
    const allowed = await runApp(read('--table', 'account', '--max-delete-share', '1'), { cwd })
    expect(allowed.code).toBe(0)
    expect(rebuiltRows(join(cwd, 'out/accounts.000001.ndjson')).size).toBe(0)
  })

  it('refuses a checkpoint file that cannot be read, and a data file that is gone', async () => {
    const cwd = temporaryFolder()
    await runApp(read('--table', 'product'), { cwd })
    rmSync(join(cwd, 'out/products.000001.ndjson'))
    const gone = await runApp(read('--table', 'product'), { cwd })
    expect(gone.code).toBe(1)
    expect(reportOf(gone).tables[0].error).toMatchObject({
      code: 'sink-mismatch',
      message: expect.stringContaining('or run once with --restart,'),
    })
    writeFileSync(join(cwd, 'out/products.checkpoint.json'), '{"version":1,')
    const torn = await runApp(read('--table', 'product'), { cwd })
    expect(torn.code).toBe(1)
    expect(reportOf(torn).tables[0].error).toMatchObject({
      code: 'checkpoint-invalid',
      message: expect.stringContaining('out/products.checkpoint.json cannot be used'),
    })
  })

  it('says what to do about a manifest that cannot be used, and begins anew beside it', async () => {
    const cwd = temporaryFolder()
    await runApp(read('--table', 'product'), { cwd })
    for (const text of ['{}', '{"mode":"mirror"}']) {
      writeFileSync(join(cwd, 'out/products.manifest.json'), text)
      const refused = await runApp(read('--table', 'product'), { cwd })
      expect(reportOf(refused).tables[0].error).toMatchObject({
        code: 'sink-mismatch',
        message: expect.stringMatching(/manifest\.json cannot be used: .* run once with --restart/),
      })
    }
    const anew = await runApp(read('--table', 'product', '--restart'), { cwd })
    expect(reportOf(anew)).toMatchObject({ ok: true, tables: [{ read: 'snapshot' }] })
  })

  it('refuses a folder that another process works in, and names it', async () => {
    const cwd = temporaryFolder()
    await runApp(read('--table', 'product'), { cwd })
    const lock = join(cwd, 'out/products.checkpoint.lock')
    writeFileSync(lock, JSON.stringify({ pid: process.pid, host: hostname() }))
    const ended = await runApp(read('--table', 'product', '--lock-wait', '0'), { cwd })
    expect(ended.code).toBe(1)
    expect(reportOf(ended).tables[0].error).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(`process ${process.pid} on`),
    })
    rmSync(lock)
  })

  it('follows more tables than it reads at once', async () => {
    const cwd = temporaryFolder()
    const args = read('--table', 'product,account', '--follow', '--trace', '--concurrency', '1')
    const app = startApp(args, { cwd })
    await Promise.all([app.line('products: committed'), app.line('accounts: committed')])
    app.child.kill('SIGTERM')
    expect(await app.ended).toMatchObject({ code: 143 })
  })

  it('waits for another process to end, such as one whose starter was killed', async () => {
    const cwd = temporaryFolder()
    const first = startApp(read('--table', 'product', '--follow', '--trace'), { cwd })
    await first.line('committed')
    const second = startApp(read('--table', 'product'), { cwd })
    expect(await second.line('products: waiting')).toContain(`process ${first.child.pid} on`)
    first.child.kill('SIGKILL')
    expect(await second.ended).toMatchObject({ code: 0 })
    expectExact(cwd, 'out/products.000001.ndjson')
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('follows what changes, and ends in order by %s', async (signal, code) => {
    const cwd = temporaryFolder()
    const args = read(
      '--table',
      'product',
      '--follow',
      '--trace',
      '--min-interval',
      '0.05',
      '--max-interval',
      '0.1',
    )
    const app = startApp(args, { cwd })
    await app.line('committed')
    products().update(anyProduct(), { price: 11 })
    await app.line('products: 1 upserted, 0 deleted')
    products().remove(anyProduct())
    await app.line('products: 0 upserted, 1 deleted')
    app.child.kill(signal)
    const ended = await app.ended
    expect(ended).toMatchObject({ code, signal: null })
    expect(reportOf(ended)).toMatchObject({ ok: false, exitCode: code })
    expect(reportOf(ended).tables[0].error).toBeUndefined()
    expect(filesIn(join(cwd, 'out'))).toEqual(filesOf('products'))

    const next = await runApp(read('--table', 'product'), { cwd })
    expect(reportOf(next).tables[0].read).toBe('incremental')
    expectExact(cwd, 'out/products.000001.ndjson')
  })
})
