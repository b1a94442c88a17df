import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { DatabaseSync } from '@photostructure/sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runDeltaverse } from './support/run-deltaverse.js'

let emulator: Emulator
let cwd = ''

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'deltaverse-pull-'))
  emulator = await startEmulator({
    rows: {
      products: Array.from({ length: 30 }, (_, n) => ({ productnumber: `P-${n}`, name: `Product ${n}` })),
      accounts: [{ name: 'Ann', accountnumber: 'A-1' }],
    },
  })
})
afterAll(async () => {
  await emulator.close()
  rmSync(cwd, { recursive: true, force: true })
})

const run = (...args: string[]) => runDeltaverse(args, { cwd })
const rowsIn = (file: string): Record<string, unknown>[] =>
  readFileSync(join(cwd, file), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

describe('deltaverse pull', () => {
  it('brings plain rows to a mirror, then what changed, then nothing', async () => {
    const args = ['pull', '--from', emulator.url, '--table', 'product:name,productnumber', '--to', './data']
    const mirror = [...args, '--mode', 'mirror', '--lines', 'rows', '--json']
    const first = await run(...mirror)
    expect(first.code).toBe(0)
    expect(first.json()).toMatchObject({
      ok: true,
      exitCode: 0,
      tables: [
        {
          table: 'product',
          entitySet: 'products',
          rows: 30,
          upserted: 30,
          deleted: 0,
          failed: 0,
          writes: 0,
          files: ['data/products.ndjson'],
        },
      ],
    })
    const rows = rowsIn('data/products.ndjson')
    expect(rows).toHaveLength(30)
    expect(
      Object.keys(rows[0] ?? {})
        .filter((name) => !name.startsWith('@'))
        .sort(),
    ).toEqual(['name', 'productid', 'productnumber'])

    const [one, two] = emulator.table('products').rows()
    emulator.table('products').update(one?.productid as string, { name: 'Renamed' })
    emulator.table('products').remove(two?.productid as string)
    expect((await run(...mirror)).json().tables[0]).toMatchObject({
      read: 'incremental',
      upserted: 1,
      deleted: 1,
    })
    expect(rowsIn('data/products.ndjson').map(({ name }) => name)).toContain('Renamed')
    expect(rowsIn('data/products.ndjson')).toHaveLength(29)
    expect((await run(...mirror)).json().tables[0]).toMatchObject({ rows: 0, upserted: 0, deleted: 0 })
  })

  it('brings several tables to one file of SQLite', async () => {
    const ended = await run(
      'pull',
      '--from',
      emulator.url,
      '--table',
      'account',
      '--table',
      'products',
      '--to',
      'crm.sqlite',
    )
    expect(ended.code).toBe(0)
    expect(ended.stdout).toContain('account, snapshot')
    expect(readdirSync(cwd)).toContain('crm.sqlite')
  })

  it('goes on with the other tables when one fails, and ends with 3', async () => {
    const ended = await run(
      'pull',
      '--from',
      emulator.url,
      '--table',
      'account',
      '--table',
      'nothing',
      '--to',
      'partly',
      '--json',
    )
    expect(ended.code).toBe(3)
    expect(ended.json()).toMatchObject({
      ok: false,
      tables: [
        { table: 'account', rows: 1 },
        { table: 'nothing', error: { code: 'not-found' } },
      ],
    })
  })

  it.each([
    [
      'a column that is not there',
      ['--table', 'product:nam', '--to', 'x'],
      /no column nam; did you mean name\?/,
    ],
    [
      'a mode that the sink does not have',
      ['--table', 'product', '--to', 'x.sqlite', '--mode', 'mirror'],
      /SQLite keeps a table as table, not as mirror/,
    ],
    [
      'an option that the sink does not have',
      ['--table', 'product', '--to', 'x', '--sink', 'rotat.daily=true'],
      /Files has no option rotat.daily/,
    ],
    ['a place that no connector knows', ['--table', 'product', '--to', 'ftp://x/y'], /no connector for ftp:/],
    ['a table that is no name', ['--table', 'a b', '--to', 'x'], /--table takes a name/],
  ])('refuses %s, in a line', async (_, args, message) => {
    const ended = await run('pull', '--from', emulator.url, ...args)
    expect(ended.code).toBe(2)
    expect(ended.stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(ended.stderr).toMatch(message)
  })

  it('takes options of the sink by their names', async () => {
    const args = ['--table', 'product', '--to', 'rotated', '--sink', 'rotate.rows=10', '--json']
    expect((await run('pull', '--from', emulator.url, ...args)).json().tables[0].files).toHaveLength(3)
  })
})

describe('deltaverse verify', () => {
  it('says equal, finds what was altered, and mends it', async () => {
    const where = ['--from', emulator.url, '--table', 'product', '--to', 'verified.sqlite', '--json']
    await run('pull', ...where)
    const equal = await run('verify', ...where)
    expect(equal.json().tables[0]).toMatchObject({ altered: 0, comparedValues: true })
    expect([equal.code, equal.json().tables[0]]).toMatchObject([
      0,
      { ok: true, missing: 0, stale: 0, extra: 0 },
    ])
    const database = new DatabaseSync(join(cwd, 'verified.sqlite'))
    database.exec("UPDATE products SET name = 'Somebody' WHERE productnumber = 'P-3'")
    database.close()
    const altered = await run('verify', ...where)
    expect([altered.code, altered.json().tables[0]]).toMatchObject([1, { ok: false, altered: 1 }])
    expect((await run('verify', ...where, '--versions')).code).toBe(0)
    expect((await run('verify', ...where, '--repair')).json().tables[0]).toMatchObject({
      ok: true,
      repaired: 1,
    })
    expect((await run('verify', ...where)).code).toBe(0)
  })
})

describe('what there is', () => {
  it('is listed: tables, columns, keys', async () => {
    const tables = await run('tables', 'prod', '--from', emulator.url, '--json')
    expect(tables.json().tables).toContainEqual({
      table: 'product',
      entitySet: 'products',
      displayName: 'Product',
      tracked: true,
    })
    const columns = await run('columns', 'contact', '--from', emulator.url, '--json')
    expect(columns.json().columns).toContainEqual(
      expect.objectContaining({
        column: 'parentcustomerid',
        kind: 'lookup',
        targets: ['account', 'contact'],
      }),
    )
    expect((await run('keys', 'product', '--from', emulator.url)).stdout).toMatch(/productnumber +Active/)
  })

  it('is made where a key is missing, and waited for', async () => {
    const args = ['keys', 'account', '--ensure', 'accountnumber', '--from', emulator.url]
    expect((await run(...args)).stderr).toMatch(/--ensure needs --name/)
    const made = await run(...args, '--name', 'new_number', '--json')
    expect(made.json().keys).toContainEqual(
      expect.objectContaining({ columns: ['accountnumber'], indexStatus: 'Active' }),
    )
  })
})

describe('the program', () => {
  it('helps, and names the nearest command', async () => {
    expect((await run('--help')).stdout).toContain('Exit codes:')
    const typo = await run('pul')
    expect([typo.code, typo.stderr]).toEqual([2, expect.stringContaining('Did you mean pull?')])
  })

  it('wants a credential for another machine', async () => {
    const ended = await run('tables', '--from', 'https://contoso.crm4.dynamics.com')
    expect([ended.code, ended.stderr]).toEqual([2, expect.stringContaining('no credential')])
  })

  it('tells of rows that the sink cannot keep, counts them as failed, and ends with 3', async () => {
    const args = ['pull', '--from', emulator.url, '--table', 'account:name', '--to', 'bad.sqlite']
    const sink = ['--sink', 'onBadRow=dead-letter', '--sink', 'deadLetterFile=bad.ndjson']
    expect((await run(...args)).code).toBe(0)
    const database = new DatabaseSync(join(cwd, 'bad.sqlite'))
    database.exec(
      "CREATE TRIGGER t BEFORE INSERT ON accounts WHEN new.name = 'Bad' BEGIN SELECT RAISE(ABORT, 'no'); END",
    )
    database.close()
    const id = emulator.table('accounts').create({ name: 'Bad' })
    const ended = await run(...args, ...sink, '--json')
    expect(ended.code).toBe(3)
    expect(ended.json()).toMatchObject({ ok: false, tables: [{ table: 'account', failed: 1 }] })
    expect(ended.stderr).toContain(`accounts: the row ${id} cannot be kept in "accounts" and is not kept`)
    expect(rowsIn('bad.ndjson')).toMatchObject([{ id }])
  })

  it('copies what a query finds each time, and lets go of what it does not find any more', async () => {
    const query = 'products?$select=name,productnumber&$filter=endswith(name, "1")'.replaceAll('"', "'")
    const kept = ['--as', 'ones', '--to', './queries', '--mode', 'mirror', '--lines', 'rows']
    const args = [
      'pull',
      '--from',
      emulator.url,
      '--query',
      query,
      ...kept,
      '--max-delete-share',
      '1',
      '--json',
    ]
    const first = await run(...args)
    expect(first.code).toBe(0)
    expect(first.json()).toMatchObject({
      tables: [{ table: 'ones', pages: 1, files: ['queries/ones.ndjson'] }],
    })
    const [row, ...others] = rowsIn('queries/ones.ndjson')
    emulator.table('products').update(String(row?.productid), { name: 'Product 2' })
    expect((await run(...args)).code).toBe(0)
    expect(rowsIn('queries/ones.ndjson').map(({ productid }) => productid)).toEqual(
      others.map(({ productid }) => productid),
    )
  })

  it('copies what FetchXML finds into a database, empty columns as null', async () => {
    const accounts = emulator.table('accounts')
    const id = accounts.create({ name: 'Fetched', accountnumber: 'F-1', revenue: 12.5 })
    writeFileSync(
      join(cwd, 'fetched.xml'),
      '<fetch><entity name="account"><attribute name="name"/><attribute name="revenue"/><attribute name="primarycontactid"/>' +
        '<filter><condition attribute="accountnumber" operator="eq" value="F-1"/></filter></entity></fetch>',
    )
    const args = [
      'pull',
      '--from',
      emulator.url,
      '--fetchxml',
      'fetched.xml',
      '--as',
      'fetched',
      '--to',
      'fetched.sqlite',
    ]
    expect((await run(...args)).code).toBe(0)
    accounts.update(id, { revenue: null })
    expect((await run(...args)).code).toBe(0)
    const database = new DatabaseSync(join(cwd, 'fetched.sqlite'))
    expect(database.prepare('SELECT id, name, revenue, _primarycontactid_value FROM fetched').all()).toEqual([
      { id, name: 'Fetched', revenue: null, _primarycontactid_value: null },
    ])
    database.close()
  })

  it.each([
    [['--to', './x'], /what to read: give --table, or --query, or --fetchxml/],
    [
      ['--query', 'https://elsewhere.test', '--to', './x'],
      /a query is an address relative to the service root/,
    ],
    [['--query', 'accounts', '--table', 'contact', '--to', './x'], /one of --table, --query and --fetchxml/],
    [['--table', 'contact', '--as', 'c', '--to', './x'], /one of --table|--as names the rows/],
    [['--fetchxml', 'nothing.xml', '--to', './x'], /nothing.xml cannot be read/],
  ])('refuses %j', async (args, why) => {
    const ended = await run('pull', '--from', emulator.url, ...args)
    expect(ended.code).toBe(2)
    expect(ended.stderr).toMatch(why)
  })

  it('says that sums have no key', async () => {
    writeFileSync(
      join(cwd, 'sums.xml'),
      '<fetch aggregate="true"><entity name="account"><attribute name="accountid" aggregate="count" alias="n"/></entity></fetch>',
    )
    const ended = await run('pull', '--from', emulator.url, '--fetchxml', 'sums.xml', '--to', './sums')
    expect(ended.code).toBe(1)
    expect(ended.stdout).toMatch(/has no accountid, so that nobody can tell rows apart/)
  })
})
