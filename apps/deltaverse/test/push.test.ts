import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runDeltaverse } from './support/run-deltaverse.js'

let emulator: Emulator
let cwd = ''

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'deltaverse-push-'))
  emulator = await startEmulator({
    rows: {
      accounts: Array.from({ length: 3 }, (_, n) => ({ accountnumber: `A-${n}`, name: `Company ${n}` })),
      systemusers: [{ internalemailaddress: 'mia@contoso.example', lastname: 'Mia' }],
    },
  })
  for (const [table, column] of [
    ['contact', 'employeeid'],
    ['account', 'accountnumber'],
  ] as const) {
    const ended = await runDeltaverse(
      ['keys', table, '--ensure', column, '--name', `new_${column}`, '--from', emulator.url],
      { cwd },
    )
    expect(ended.stderr).toBe('')
  }
})
afterAll(async () => {
  await emulator.close()
  rmSync(cwd, { recursive: true, force: true })
})

const contacts = () => emulator.table('contacts').rows()
const contact = (employeeid: string) => contacts().find((row) => row.employeeid === employeeid)
const push = (file: string, content: string | undefined, ...args: string[]) => {
  if (content !== undefined) writeFileSync(join(cwd, file), content)
  return runDeltaverse(
    ['push', file, '--to', emulator.url, '--table', 'contact', '--key', 'employeeid', '--json', ...args],
    { cwd, input: content ?? '' },
  )
}
const words = [
  '--map',
  'Employee ID=employeeid',
  '--map',
  'Name=lastname',
  '--map',
  'Company=parentcustomerid:account.accountnumber',
  '--map',
  'Manager mail=ownerid:systemuser.internalemailaddress',
  '--map',
  'Birthday=birthdate',
  '--date-format',
  'dd.MM.yyyy',
]
const header = 'Employee ID;Name;Company;Manager mail;Birthday'
const csv = (...lines: string[]) => `${[header, ...lines].join('\r\n')}\r\n`

describe('deltaverse push', () => {
  it("writes a file in people's words: companies by number, owners by mail, dates as they write them", async () => {
    const file = csv('E-1;Müller;A-1;mia@contoso.example;01.06.1979', 'E-2;"Kim; Lee";A-2;;')
    const first = await push('words.csv', file, ...words)
    expect(first.stderr.split('\n')[0]).toBe(
      'words.csv, CSV with ";" between 5 columns, into contact by employeeid',
    )
    expect([first.code, first.json().tables[0]]).toMatchObject([
      0,
      { rows: 2, created: 2, failed: 0, writes: expect.any(Number) },
    ])
    expect(contact('E-1')).toMatchObject({
      lastname: 'Müller',
      birthdate: '1979-06-01',
      _parentcustomerid_value: emulator
        .table('accounts')
        .rows()
        .find((row) => row.accountnumber === 'A-1')?.accountid,
    })
    const again = await push('words.csv', file, ...words)
    expect(again.json().tables[0]).toMatchObject({ rows: 2, unchanged: 2, created: 0, updated: 0, writes: 0 })
    const changed = await push('words.csv', file.replace('Müller', 'Meier'), ...words)
    expect(changed.json().tables[0]).toMatchObject({ unchanged: 1, updated: 1, writes: 1 })
  })

  it('gives bad rows back in the words they came in, with line, column and reason', async () => {
    const file = csv('E-10;Ann;A-9;;', 'E-11;Bob;;;31.02.1979', 'E-12;Eve;A-1;;', ';Nobody;;;')
    const ended = await push('bad.csv', file, ...words, '--dead-letters', 'bad.letters.ndjson')
    expect([ended.code, ended.json()]).toMatchObject([
      3,
      { ok: false, tables: [{ rows: 4, created: 1, failed: 3, deadLetters: 'bad.letters.ndjson' }] },
    ])
    const letters = readFileSync(join(cwd, 'bad.letters.ndjson'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(letters.find(({ place }) => place.line === 2)).toMatchObject({
      version: 1,
      entitySet: 'contacts',
      operation: 'upsert',
      code: 'row-rejected',
      place: { file: 'bad.csv' },
      row: { 'Employee ID': 'E-10', Company: 'A-9' },
      problems: [
        {
          column: 'parentcustomerid',
          from: 'Company',
          value: 'A-9',
          reason: 'missing-target',
          message: "there is no row account(accountnumber='A-9')",
          remedy: 'create that row first, or correct the value',
          target: { $ref: { table: 'account', key: { accountnumber: 'A-9' } } },
        },
      ],
    })
    expect(letters.find(({ place }) => place.line === 3)).toMatchObject({
      problems: [{ column: 'birthdate', from: 'Birthday', value: '31.02.1979' }],
    })
    expect(letters.map(({ place }) => place.line).sort()).toEqual([2, 3, 5])
  })

  it('keeps no file of dead letters when there are none', async () => {
    await push('fine.csv', csv('E-13;Ann;;;'), ...words, '--dead-letters', 'none.ndjson')
    expect(existsSync(join(cwd, 'none.ndjson'))).toBe(false)
  })

  it('takes columns by their names, NDJSON with every digit, and standard input', async () => {
    const ended = await push('-', '{"employeeid":"E-20","lastname":"Zoe"}\n', '--format', 'ndjson')
    expect(ended.json().tables[0]).toMatchObject({ rows: 1, created: 1 })
    expect(contact('E-20')).toMatchObject({ lastname: 'Zoe' })
  })

  it.each([
    ['skip', 'Old'],
    ['null', null],
  ] as const)('does with empty cells what --empty %s says', async (empty, expected) => {
    await push('empty.csv', 'employeeid,lastname,jobtitle\nE-30,Ann,Old\n')
    await push('empty.csv', 'employeeid,lastname,jobtitle\nE-30,Ann,\n', '--empty', empty)
    expect(contact('E-30')).toMatchObject({ jobtitle: expected })
  })

  it('refuses rows with empty cells where that is asked for', async () => {
    const ended = await push('empty.csv', 'employeeid,lastname,jobtitle\nE-31,Ann,\n', '--empty', 'refuse')
    expect(ended.json().tables[0]).toMatchObject({ failed: 1, created: 0 })
  })

  it.each([
    ['a header that is no column', 'employeeid,lastnam\nE-1,x\n', [], 'did you mean lastname?'],
    [
      'a mapping from a column that is not there',
      'employeeid\nE-1\n',
      ['--map', 'Nam=lastname'],
      'the source has no column "Nam"',
    ],
    ['a mapping that is none', 'employeeid\nE-1\n', ['--map', 'lastname'], '--map takes Header=column'],
    ['a format that cannot be told', undefined, ['--delimiter', ''], 'It must not be empty'],
  ])('refuses %s before anything is written', async (_, content, args, message) => {
    const ended = await push('usage.csv', content, ...args)
    expect([ended.code, ended.stderr]).toEqual([2, expect.stringContaining(message)])
  })
})

describe('rows that are missing in a complete source', () => {
  const people = (from: number, to: number) =>
    `employeeid,lastname\n${Array.from({ length: to - from }, (_, n) => `M-${from + n},Name ${from + n}\n`).join('')}`
  const complete = ['--missing', 'deactivate']

  it('are deactivated, and active again when they are back; others are left alone', async () => {
    await push('people.csv', people(0, 40), ...complete)
    const gone = await push('people.csv', people(5, 40), ...complete)
    expect(gone.json().tables[0]).toMatchObject({ unchanged: 35, deactivated: 5, failed: 0 })
    expect([contact('M-0'), contact('M-5'), contact('E-1')].map((row) => row?.statecode)).toEqual([1, 0, 0])
    const quiet = await push('people.csv', people(5, 40), ...complete)
    expect(quiet.json().tables[0]).toMatchObject({ deactivated: 0, writes: 0 })
    const back = await push('people.csv', people(0, 40), ...complete)
    expect(back.json().tables[0]).toMatchObject({ rows: 40, failed: 0 })
    expect(contact('M-0')?.statecode).toBe(0)
  })

  it('are left alone when they are too many, which is said with what to do', async () => {
    const ended = await push('people.csv', people(35, 40), ...complete)
    expect([ended.code, ended.json()]).toMatchObject([
      1,
      { error: { message: expect.stringContaining('--max-delete-share') } },
    ])
    expect(contact('M-6')?.statecode).toBe(0)
    const allowed = await push('people.csv', people(35, 40), ...complete, '--max-delete-share', '1')
    expect(allowed.json().tables[0]).toMatchObject({ deactivated: 35 })
  })

  it('are not told while a row without a key may be any of them', async () => {
    const file = `${people(0, 2)},Nameless\n`
    await push('few.csv', people(0, 4), ...complete)
    const ended = await push('few.csv', file, ...complete)
    expect(ended.json().tables[0]).toMatchObject({
      deactivated: 0,
      failed: 1,
      withheld: expect.stringContaining('no usable key'),
    })
  })

  it('are deleted where that is asked for', async () => {
    await push('gone.csv', people(100, 103), '--missing', 'delete')
    const ended = await push('gone.csv', people(100, 102), '--missing', 'delete')
    expect(ended.json().tables[0]).toMatchObject({ deleted: 1 })
    expect(contact('M-102')).toBeUndefined()
  })
})
