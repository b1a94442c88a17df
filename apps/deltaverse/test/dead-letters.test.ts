import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Script } from 'node:vm'
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
    expect(text.split('\r\n')[0]).toBe(
      '\uFEFFNumber,Company,lastname,deltaverse:file,deltaverse:line,deltaverse:problem',
    )
    expect(text).toContain('E-1,A-9,"O""Hara; <Ann>",people.csv,2,"Company: there is no row')
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
    const page = readFileSync(join(cwd, 'page.html'), 'utf8')
    expect(page).toContain('>O&quot;Hara; &lt;Ann&gt;</td>')
    // Only the page's own script runs, whatever stands in a row.
    const [, script = ''] = /<script>(.*)<\/script>/s.exec(page) ?? []
    expect(() => new Script(script)).not.toThrow()
    const hash = createHash('sha256').update(script).digest('base64')
    expect(page).toContain(`default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'`)
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

  it('replays them by their job, and takes nothing for missing because it is not among them', async () => {
    writeFileSync(
      join(cwd, 'deltaverse.yaml'),
      `connections:
  crm: { dataverse: "${emulator.url}" }
jobs:
  people:
    push: { from: { csv: ./all.csv }, to: crm, table: contact, key: employeeid }
    missing: delete
    columns:
      employeeid: Number
      parentcustomerid: { from: Company, find: account.accountnumber }
      lastname: lastname
`,
    )
    writeFileSync(join(cwd, 'all.csv'), 'Number,Company,lastname\nR-1,A-1,Ann\nR-2,A-7,Bob\nR-3,A-6,Eve\n')
    const all = await run('run', 'people', '--json')
    expect(all.json().jobs[0].tables[0]).toMatchObject({ created: 1, failed: 2 })
    await run('push', 'all.csv', '--to', emulator.url, ...words, '--dead-letters', 'owed.ndjson')
    await run('dead-letters', 'export', 'owed.ndjson', '-o', 'owed.csv')
    const text = readFileSync(join(cwd, 'owed.csv'), 'utf8')
    writeFileSync(join(cwd, 'owed.csv'), text.replace('R-2,A-7', 'R-2,A-1'))
    const replayed = await run('dead-letters', 'replay', 'owed.csv', '--job', 'people', '--json')
    expect([replayed.code, replayed.json().tables[0]]).toMatchObject([
      3,
      { created: 1, failed: 1, deleted: 0, withheld: expect.stringContaining('no complete source') },
    ])
    expect(JSON.parse(readFileSync(join(cwd, 'owed.csv.again.ndjson'), 'utf8'))).toMatchObject({
      place: { file: 'all.csv', line: 4 },
      row: { Number: 'R-3', Company: 'A-6' },
    })
    const again = await run('dead-letters', 'replay', 'owed.csv.again.ndjson', '--job', 'peopl')
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('did you mean people?')])
    const contacts = emulator.table('contacts').rows()
    expect(contacts.filter(({ employeeid }) => /^R-/.test(String(employeeid)))).toHaveLength(2)
  })

  it('does not write letters over those that it reads', async () => {
    const ended = await push('letters.ndjson', 'letters.ndjson')
    expect([ended.code, ended.stderr]).toEqual([2, expect.stringContaining('is read, and cannot be written')])
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
