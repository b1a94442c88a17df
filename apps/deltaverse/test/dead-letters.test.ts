import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runDeltaverse } from './support/run-deltaverse.js'

let emulator: Emulator
let cwd = ''
const run = (...args: string[]) => runDeltaverse(args, { cwd })
const words = [
  '--table',
  'contact',
  '--key',
  'employeeid',
  '--map',
  'Number=employeeid',
  '--map',
  'Company=parentcustomerid:account.accountnumber',
]
const push = (file: string, letters: string) =>
  run('push', file, '--to', emulator.url, ...words, '--dead-letters', letters, '--json')

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'deltaverse-letters-'))
  emulator = await startEmulator({ rows: { accounts: [{ accountnumber: 'A-1', name: 'Acme' }] } })
  for (const [table, column] of [
    ['contact', 'employeeid'],
    ['account', 'accountnumber'],
  ] as const) {
    await run('keys', table, '--ensure', column, '--name', `new_${column}`, '--from', emulator.url)
  }
  writeFileSync(
    join(cwd, 'people.csv'),
    'Number;Company;lastname\nE-1;A-9;"O""Hara; <Ann>"\nE-2;A-1;Bob\nE-3;A-8;\n',
  )
  await push('people.csv', 'letters.ndjson')
})
afterAll(async () => {
  await emulator.close()
  rmSync(cwd, { recursive: true, force: true })
})

describe('deltaverse dead-letters', () => {
  it('lists them by reason, with their places', async () => {
    const { stdout } = await run('dead-letters', 'list', 'letters.ndjson')
    expect(stdout).toContain('2 rows were not written')
    expect(stdout).toContain('2 × row-rejected, Company')
    expect(stdout).toContain('people.csv, line 2: ')
  })

  it('gives them as CSV in the words they came in, which goes back once it is corrected', async () => {
    expect((await run('dead-letters', 'export', 'letters.ndjson', '-o', 'correct.csv')).code).toBe(0)
    const text = readFileSync(join(cwd, 'correct.csv'), 'utf8')
    expect(text.split('\r\n')[0]).toBe('Number,Company,lastname,deltaverse:line,deltaverse:problem')
    expect(text).toContain('E-1,A-9,"O""Hara; <Ann>",2,')
    writeFileSync(join(cwd, 'correct.csv'), text.replace('A-9', 'A-1').replace('A-8', 'A-1'))
    expect((await push('correct.csv', 'again.ndjson')).json().tables[0]).toMatchObject({
      created: 2,
      failed: 0,
    })
    const contacts = emulator.table('contacts').rows()
    expect(contacts.find(({ employeeid }) => employeeid === 'E-1')?.lastname).toBe('O"Hara; <Ann>')
  })

  it('gives them as a page that shows and runs nothing', async () => {
    await run('dead-letters', 'export', 'letters.ndjson', '-o', 'page.html')
    expect(readFileSync(join(cwd, 'page.html'), 'utf8')).toContain('<td>O&quot;Hara; &lt;Ann&gt;</td>')
  })

  it('takes the file itself once it is corrected, and keeps the places of the first source', async () => {
    const text = readFileSync(join(cwd, 'letters.ndjson'), 'utf8')
    writeFileSync(join(cwd, 'corrected.ndjson'), text.replace('A-9', 'A-1'))
    const ended = await push('corrected.ndjson', 'left.ndjson')
    expect(ended.json().tables[0]).toMatchObject({ rows: 2, failed: 1 })
    expect(JSON.parse(readFileSync(join(cwd, 'left.ndjson'), 'utf8'))).toMatchObject({
      place: { file: 'people.csv', line: 4 },
      row: { Number: 'E-3' },
    })
  })

  it.each([
    ['a file that is not there', ['list', 'none.ndjson'], 'there is no file none.ndjson'],
    ['a file of something else', ['list', 'people.csv'], 'people.csv'],
    ['another ending', ['export', 'letters.ndjson', '-o', 'x.xlsx'], 'ends with .csv or .html'],
  ])('refuses %s', async (_, args, message) => {
    const ended = await run('dead-letters', ...args)
    expect(ended.code).not.toBe(0)
    expect(ended.stderr).toContain(message)
  })
})

describe('deltaverse types', () => {
  it('prints rows in TypeScript: choices with labels, look-ups with targets', async () => {
    const { stdout } = await run('types', 'contact', 'accounts', '--from', emulator.url)
    expect(stdout).toContain('export interface Contact {')
    expect(stdout).toContain('  readonly contactid?: string\n')
    expect(stdout).toContain(
      '  /** Id of a row of account or contact. */\n  readonly _parentcustomerid_value?: string | null',
    )
    expect(stdout).toContain('  /** 0: Active, 1: Inactive */\n  readonly statecode?: 0 | 1 | null')
    expect(stdout).toContain('export interface Account {')
  })
})

describe('deltaverse emulate', () => {
  it('refuses rows that are none, in a line', async () => {
    writeFileSync(join(cwd, 'rows.json'), '[1]')
    const ended = await run('emulate', '--rows', 'rows.json', '--port', '0')
    expect([ended.code, ended.stderr]).toEqual([2, expect.stringContaining('an object of lists of rows')])
  })

  it('says where it listens, and that a port is taken', async () => {
    const { port } = new URL(emulator.url)
    const ended = await run('emulate', '--port', port)
    expect([ended.code, ended.stderr]).toEqual([2, expect.stringContaining(`port ${port} is taken`)])
  })
})
