import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { runDeltaverse } from './support/run-deltaverse.js'
import { program, startDeltaverse } from './support/start-deltaverse.js'
import { type Internet, startInternet } from './support/start-internet.js'

let emulator: Emulator
let internet: Internet
let cwd = ''
let letGo = (): void => undefined

/** A disk of 300 kB; `undefined` where nobody may mount one, as without root. */
let small: string | undefined

beforeAll(async () => {
  small = mountSmallDisk()
  cwd = mkdtempSync(join(tmpdir(), 'deltaverse-failures-'))
  emulator = await startEmulator({
    rows: {
      products: Array.from({ length: 3000 }, (_, n) => ({ productnumber: `P-${n}`, name: `Product ${n}` })),
    },
    wait: () => new Promise<void>((resolve) => (letGo = resolve)),
  })
  internet = await startInternet(emulator.url)
  writeFileSync(join(cwd, 'ca.pem'), internet.certificate)
  writeFileSync(join(cwd, 'good.csv'), 'productnumber,name\nP-1,Product 1\n')
})
beforeEach(() => emulator.faults.clear())
afterAll(async () => {
  await internet.close()
  await emulator.close()
  if (small !== undefined) execFileSync('umount', [small])
  for (const folder of [cwd, ...(small === undefined ? [] : [small])])
    rmSync(folder, { recursive: true, force: true })
})

function mountSmallDisk(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'deltaverse-small-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=300k', 'none', folder], { stdio: 'ignore' })
    return folder
  } catch {
    rmSync(folder, { recursive: true })
    return undefined
  }
}

const run = (...args: string[]) => runDeltaverse(args, { cwd })
const pull = (...args: string[]) => ['pull', '--from', emulator.url, '--table', 'product:name', ...args]
const push = (file: string, ...args: string[]) =>
  run('push', file, '--to', emulator.url, '--table', 'product', '--key', 'productnumber', ...args)
const full = 'no space is left on the device'

describe('a full disk', () => {
  it('ends a pull to files with 1 and a line that says what to do', async ({ skip }) => {
    if (small === undefined) return skip('nobody may mount a small disk here')
    const ended = await run(...pull('--to', join(small, 'files'), '--json'))
    expect([ended.code, ended.json().tables[0].error]).toEqual([
      1,
      {
        code: 'sink-failed',
        message: expect.stringMatching(`cannot write .*products.* ${full} .*free some`),
      },
    ])
    rmSync(join(small, 'files'), { recursive: true })
  })

  it('ends a pull to SQLite with 1', async ({ skip }) => {
    if (small === undefined) return skip('nobody may mount a small disk here')
    const ended = await run(...pull('--to', join(small, 'crm.sqlite'), '--json'))
    expect([ended.code, ended.json().tables[0].error]).toMatchObject([
      1,
      { code: 'sink-failed', message: expect.stringMatching(/disk is full|SQLITE_FULL|no space/) },
    ])
  })

  it.runIf(process.platform === 'linux')('ends a push whose dead letters cannot be kept with 1', async () => {
    writeFileSync(join(cwd, 'bad.csv'), 'productnumber,price\nP-1,much\n')
    const ended = await push('bad.csv', '--dead-letters', '/dev/full')
    expect([ended.code, ended.stderr]).toEqual([
      1,
      expect.stringContaining(`cannot write /dev/full: ${full}`),
    ])
  })

  it.runIf(process.platform === 'linux')('does not end a run whose log cannot be kept either', async () => {
    const command = `"${process.execPath}" "$PROGRAM" ${pull('--to', 'logged', '--log', 'json', '--json').join(' ')} 2>/dev/full`
    const child = spawn('sh', ['-c', command], { cwd, env: { PROGRAM: program } })
    const [stdout, [code]] = await Promise.all([text(child.stdout), once(child, 'close')])
    expect([code, JSON.parse(stdout)]).toMatchObject([1, { ok: true, tables: [{ rows: 3000 }] }])
  })

  it.runIf(process.platform === 'linux')(
    'does not end a run whose events cannot be kept, and says so with 1',
    async () => {
      const ended = await run(...pull('--to', 'kept', '--events', '/dev/full', '--json'))
      expect([ended.code, ended.json().ok, ended.stderr]).toEqual([
        1,
        true,
        expect.stringContaining('what was to be written about the run is incomplete: ENOSPC'),
      ])
    },
  )
})

describe('two at once', () => {
  it('the second ends with 4 and says who is first, and what the first does is complete', async () => {
    emulator.faults.next({ url: '/products?', nth: 2, latencyMs: 1 })
    const first = startDeltaverse(pull('--to', 'shared', '--heartbeat', '0.1'), { cwd })
    await first.until(/gap guard/)
    const second = await run(...pull('--to', 'shared', '--lock-wait', '0', '--json'))
    expect([second.code, second.json().tables[0].error]).toEqual([
      4,
      { code: 'conflict', message: expect.stringMatching(/products.* is held by .*Wait for it, or stop it/) },
    ])
    const verify = ['verify', '--from', emulator.url, '--table', 'product:name', '--to', 'shared']
    expect((await run(...verify, '--lock-wait', '0')).code).toBe(4)
    letGo()
    expect(await first.end()).toBe(0)
    expect(first.printed()).toContain('3,000 rows read')
  })
})

describe('wrong secrets', () => {
  const contoso = ['tables', '--from', 'https://contoso.crm4.dynamics.com', '--ca', 'ca.pem']
  const ids = { AZURE_TENANT_ID: 'contoso.onmicrosoft.com', AZURE_CLIENT_ID: 'an-application' }

  it('end with 1, what the authority said, and no secret', async () => {
    const env = { ...ids, AZURE_CLIENT_SECRET: 'wr0ng', HTTPS_PROXY: internet.proxy }
    const ended = await runDeltaverse(contoso, { cwd, env })
    expect([ended.code, ended.stderr]).toEqual([1, expect.stringMatching(/^failed: .*AADSTS7000215/m)])
    expect(ended.stderr + ended.stdout).not.toContain('wr0ng')
  })

  it('end with 1 where the environment refuses the token', async () => {
    emulator.faults.add({ status: 401 })
    const env = { DATAVERSE_TOKEN: 'wr0ng-token' }
    const ended = await runDeltaverse(['tables', '--from', emulator.url], { cwd, env })
    expect([ended.code, ended.stderr]).toEqual([1, expect.stringMatching(/^failed: .*401/m)])
    expect(ended.stderr).not.toContain('wr0ng-token')
  })

  it('that are not there are wrong arguments', async () => {
    const ended = await runDeltaverse(contoso, { cwd, env: ids })
    expect([ended.code, ended.stderr]).toEqual([2, expect.stringContaining('AZURE_CLIENT_SECRET')])
  })
})

describe('wrong columns', () => {
  it.each([
    [
      'of a pull',
      () => run('pull', '--from', emulator.url, '--table', 'product:nam', '--to', 'x'),
      /nam; did you mean name\?/,
    ],
    ['of a file', () => push('nam.csv'), /nam is in the source, but .*; did you mean name\? --map/],
    [
      'of a key',
      () => run('push', 'good.csv', '--to', emulator.url, '--table', 'product', '--key', 'productnumbr'),
      /productnumbr is to name rows.*; did you mean productnumber\?/,
    ],
    [
      'of a mapping',
      () => push('good.csv', '--map', 'nam=name'),
      /the source has no column "nam"; did you mean name\?/,
    ],
  ])('%s end with 2 and the nearest name, before anything is done', async (_, work, message) => {
    writeFileSync(join(cwd, 'nam.csv'), 'productnumber,nam\nP-1,x\n')
    const sent = emulator.requests.length
    const ended = await work()
    expect([ended.code, ended.stderr]).toEqual([2, expect.stringMatching(message)])
    expect(emulator.requests.slice(sent).filter(({ method }) => method !== 'GET')).toEqual([])
  })
})

describe('wrong files', () => {
  it.each([
    ['one that is not there', 'none.csv', /^failed: none.csv cannot be read: ENOENT/m],
    ['a folder', 'folder.csv', /^failed: folder.csv cannot be read: EISDIR/m],
    ['NDJSON that is none', 'broken.ndjson', /^failed: broken.ndjson: Line 2 is not JSON, column \d+/m],
    ['JSON that is none', 'broken.json', /^failed: broken.json: /m],
    ['bytes that are no text', 'bytes.csv', /^failed: bytes.csv is not .*--encoding/m],
    ['a file packed wrongly', 'packed.csv.gz', /^failed: packed.csv.gz/m],
  ])('%s ends with 1 and a line that names it', async (_, file, message) => {
    mkdirSync(join(cwd, 'folder.csv'), { recursive: true })
    writeFileSync(join(cwd, 'broken.ndjson'), '{"productnumber":"P-1"}\n{"productnumber":"P-2",,}\n')
    writeFileSync(join(cwd, 'broken.json'), '[{"productnumber":"P-1"}')
    writeFileSync(join(cwd, 'bytes.csv'), Buffer.from([0x61, 0x0a, 0xc3, 0x28, 0xff]))
    writeFileSync(join(cwd, 'packed.csv.gz'), gzipSync('productnumber,name\nP-1,Product 1\n').subarray(0, 30))
    const ended = await push(file)
    expect([ended.code, ended.stderr]).toEqual([1, expect.stringMatching(message)])
    expect(ended.stderr).not.toMatch(/\n {4}at /)
  })

  it('a place that is a file ends with 1', async () => {
    const ended = await run(...pull('--to', join(cwd, 'good.csv/folder'), '--json'))
    expect([ended.code, ended.json().tables[0].error.message]).toEqual([
      1,
      expect.stringContaining('a part of the path is a file, not a folder'),
    ])
  })

  it('a database that is none ends with 1', async () => {
    writeFileSync(join(cwd, 'text.sqlite'), 'this is a text and no database, '.repeat(40))
    const ended = await run(...pull('--to', 'text.sqlite', '--json'))
    expect([ended.code, ended.json().tables[0].error.message]).toEqual([
      1,
      expect.stringMatching(/not a database/),
    ])
  })
})
