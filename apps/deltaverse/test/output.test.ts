import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { runDeltaverse } from './support/run-deltaverse.js'
import { startDeltaverse } from './support/start-deltaverse.js'

let emulator: Emulator
let cwd = ''
let letGo = (): void => undefined

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'deltaverse-output-'))
  emulator = await startEmulator({
    rows: {
      products: Array.from({ length: 40 }, (_, n) => ({ productnumber: `P-${n}`, name: `Product ${n}` })),
      accounts: [{ name: 'Ann', accountnumber: 'A-1' }],
    },
    // A request that is late is answered when the test says so.
    wait: () => new Promise<void>((resolve) => (letGo = resolve)),
  })
})
beforeEach(() => emulator.faults.clear())
afterAll(async () => {
  await emulator.close()
  rmSync(cwd, { recursive: true, force: true })
})

let places = 0
const pull = (...args: string[]) => {
  places += 1
  return ['pull', '--from', emulator.url, '--table', 'product:name', '--to', `place-${places}`, ...args]
}
const run = (...args: string[]) => runDeltaverse(args, { cwd })
const linesOf = (text: string) => text.trimEnd().split('\n')
const eventsOf = (text: string): { kind: string; at: string; [more: string]: unknown }[] =>
  linesOf(text).map((line) => JSON.parse(line))

describe('without a terminal', () => {
  it('says when a read begins, is repeated and ends, by the way in words, with addresses that hold no token', async () => {
    emulator.faults.next({ url: '/products?', nth: 2, status: 503 })
    const ended = await run(...pull('--page-size', '15'))
    expect(ended.code).toBe(0)
    const said = linesOf(ended.stdout)
    expect(said[0]).toMatch(/^GET products\?… failed with 503.*Attempt 2 of 6 in \d\.\d s$/)
    expect(said[1]).toBe('products: no checkpoint yet, reading the whole table to place-1')
    expect(said[2]).toMatch(/^products: 40 rows read, in /)
    expect(ended.stdout).not.toMatch(/token=|http:/)
    expect(ended.stdout).not.toContain('\u001b')
  })

  it('says what changed, and that nothing did', async () => {
    const args = pull()
    await run(...args)
    const [first] = emulator.table('products').rows()
    emulator.table('products').update(first?.productid as string, { name: 'Renamed' })
    expect((await run(...args)).stdout).toMatch(/^products: 1 row changed, in /m)
    expect((await run(...args)).stdout).toMatch(/^products: nothing changed, in /m)
  })

  it('says now and then how far it is, though nothing happens', async () => {
    emulator.faults.next({ url: '/products?', nth: 2, latencyMs: 1 })
    const started = startDeltaverse(pull('--heartbeat', '0.1'), { cwd })
    await started.until(/^products: 0 rows, keys of the table, for the gap guard: 40$/m)
    letGo()
    expect(await started.end()).toBe(0)
  })

  it('writes lines of JSON with their time, and the result on stdout alone', async () => {
    const ended = await run(...pull('--log', 'json', '--json'))
    expect(ended.json()).toMatchObject({ ok: true })
    const lines = linesOf(ended.stderr).map((line) => JSON.parse(line))
    expect(lines).toContainEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      msg: expect.stringMatching(/^products: 40 rows read/),
      event: expect.objectContaining({ kind: 'read-ended', table: 'products', upserted: 40 }),
    })
  })
})

describe('--events', () => {
  it('writes everything that happens to a file, with its time', async () => {
    await run(...pull('--events', 'events.ndjson'))
    const events = eventsOf(readFileSync(join(cwd, 'events.ndjson'), 'utf8'))
    expect(events[0]).toMatchObject({ kind: 'run-began', command: 'pull' })
    expect(events.at(-1)).toMatchObject({
      kind: 'run-ended',
      ok: true,
      exitCode: 0,
      report: { tables: [{ upserted: 40 }] },
    })
    expect(events.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining([
        'table-began',
        'page',
        'reset',
        'changes',
        'complete',
        'progress',
        'committed',
        'read-ended',
        'table-ended',
      ]),
    )
    expect(events.every(({ at }) => !Number.isNaN(Date.parse(at)))).toBe(true)
    expect(JSON.stringify(events)).not.toContain('token=')
  })

  it('writes them to stdout, and what people read to stderr', async () => {
    emulator.faults.next({ url: '/products?', status: 429, retryAfterSeconds: 0 })
    const ended = await run(...pull('--events', '-'))
    const events = eventsOf(
      linesOf(ended.stdout)
        .filter((line) => line.startsWith('{'))
        .join('\n'),
    )
    expect(events).toContainEqual(expect.objectContaining({ kind: 'gate-closed' }))
    expect(events).toContainEqual(
      expect.objectContaining({ kind: 'retry', attempt: 2, method: 'GET', url: 'products?…' }),
    )
    expect(ended.stderr).toContain('products: 40 rows read')
    expect((await run(...pull('--events', '-', '--json'))).code).toBe(2)
  })

  it('tells of rows that were not written, without their values', async () => {
    writeFileSync(join(cwd, 'people.csv'), 'accountnumber,creditlimit\nA-7,secretly much\n')
    await run('keys', 'account', '--ensure', 'accountnumber', '--name', 'new_n', '--from', emulator.url)
    const ended = await run(
      ...['push', 'people.csv', '--to', emulator.url, '--table', 'account', '--key', 'accountnumber'],
      ...['--events', 'push.ndjson'],
    )
    expect(ended.code).toBe(3)
    const events = eventsOf(readFileSync(join(cwd, 'push.ndjson'), 'utf8'))
    expect(events).toContainEqual(
      expect.objectContaining({ kind: 'row-failed', table: 'account', code: 'row-rejected', line: 2 }),
    )
    expect(events).toContainEqual(expect.objectContaining({ kind: 'rows-settled', rows: 1, failed: 1 }))
    expect(JSON.stringify(events) + ended.stdout + ended.stderr).not.toContain('secretly')
  })

  it('tells of a verification as well', async () => {
    const [, ...where] = pull()
    await run('pull', ...where)
    const ended = await run('verify', ...where, '--events', 'verify.ndjson')
    expect(ended.code).toBe(0)
    const events = eventsOf(readFileSync(join(cwd, 'verify.ndjson'), 'utf8'))
    const listed = { kind: 'listed', table: 'products', rows: 40 }
    expect(events).toContainEqual(expect.objectContaining({ ...listed, side: 'sink' }))
    expect(events).toContainEqual(expect.objectContaining({ ...listed, side: 'table' }))
  })

  it('refuses a file that cannot be written, before anything is done', async () => {
    const ended = await run(...pull('--events', 'no/where/events.ndjson'))
    expect([ended.code, ended.stderr]).toEqual([
      2,
      expect.stringContaining('--events: no/where/events.ndjson'),
    ])
  })
})

// A request of a process that an earlier test has ended may arrive late, and take the place of the one that is to be held.
describe('on a terminal', { retry: 2, timeout: 20_000 }, () => {
  it.runIf(process.platform === 'linux')('shows a line a table, with what is done in words', async () => {
    emulator.faults.next({ url: '/products?', nth: 2, latencyMs: 1 })
    const args = [...pull(), '--table', 'account']
    const started = startDeltaverse(args, { cwd, terminal: { columns: 90, rows: 24 } })
    await started.until(/products {2}░+ {8}0 rows {2}keys of the table, for the gap guard: 40/)
    await started.until(/accounts {2}█{20} {2}100% {2}(?:1 of )?1 row {2}.*done {2}token \d+ s old/)
    letGo()
    await started.until(/accounts: 1 row read/)
    expect(await started.end()).toBe(0)
    const widest = Math.max(
      ...started
        .printed()
        .split(/\r?\n/)
        .filter((line) => /[░█]/.test(line))
        .map((line) => plain(line).length),
    )
    expect(widest).toBeLessThanOrEqual(90)
  })

  it.runIf(process.platform === 'linux')(
    'says how far it is in lines where the size is not known',
    async () => {
      emulator.faults.next({ url: '/products?', nth: 2, latencyMs: 1 })
      const size = { columns: 0, rows: 0 }
      const started = startDeltaverse(pull('--heartbeat', '0.1'), { cwd, terminal: size })
      await started.until(/^products: 0 rows, keys of the table, for the gap guard: 40\r?$/m)
      letGo()
      expect(await started.end()).toBe(0)
    },
  )

  it.runIf(process.platform === 'linux')(
    'shows why requests wait, and when a followed table is asked again',
    async () => {
      emulator.faults.next({
        url: '/products?',
        nth: 2,
        status: 429,
        code: '0x80072322',
        retryAfterSeconds: 1,
      })
      const started = startDeltaverse(pull('--follow'), { cwd, terminal: { columns: 120, rows: 24 } })
      await started.until(
        /requests wait: the service takes no more requests in this time window; \d\.\d\d s left/,
      )
      await started.until(/in step {2}token \d+ s old {2}asks again in \d s/)
      started.child.kill('SIGTERM')
      await started.end()
    },
  )
})

// biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal is told begins with one
const plain = (text: string): string => text.replace(/\u001b\[[?\d;]*[A-Za-z]/g, '')

describe('a follow that is ended on purpose', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('ends with 0 on %s', async (signal) => {
    const started = startDeltaverse(pull('--follow'), { cwd })
    await started.until(/40 rows read/)
    expect(await started.end(signal)).toBe(0)
    expect(started.printed()).not.toContain('Stopped.')
  })

  it('ends with 0 for an emulator too', async () => {
    const started = startDeltaverse(['emulate', '--port', '0'], { cwd })
    await started.until(/http:/)
    expect(await started.end('SIGTERM')).toBe(0)
  })

  it('ends with 129 when its terminal is gone, and a read that is stopped with 143 or 130', async () => {
    const followed = startDeltaverse(pull('--follow'), { cwd })
    await followed.until(/40 rows read/)
    expect(await followed.end('SIGHUP')).toBe(129)
    emulator.faults.next({ url: '/products?', nth: 2, latencyMs: 1 })
    const stopped = startDeltaverse(pull('--heartbeat', '0.1'), { cwd })
    await stopped.until(/gap guard/)
    expect(await stopped.end('SIGTERM')).toBe(143)
    expect(stopped.printed()).toContain('Stopped. What was committed is kept')
    emulator.faults.next({ url: '/products?', nth: 2, latencyMs: 1 })
    const interrupted = startDeltaverse(pull('--heartbeat', '0.1'), { cwd })
    await interrupted.until(/gap guard/)
    expect(await interrupted.end('SIGINT')).toBe(130)
  })
})
