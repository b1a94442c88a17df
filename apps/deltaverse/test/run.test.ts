import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runDeltaverse } from './support/run-deltaverse.js'

let emulator: Emulator
let cwd = ''

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'deltaverse-run-'))
  mkdirSync(join(cwd, 'etc'))
  emulator = await startEmulator({ rows: { accounts: [{ accountnumber: 'A-1', name: 'Acme' }] } })
  for (const [table, column] of [
    ['contact', 'employeeid'],
    ['account', 'accountnumber'],
  ] as const) {
    await runDeltaverse(
      ['keys', table, '--ensure', column, '--name', `new_${column}`, '--from', emulator.url],
      { cwd },
    )
  }
  writeFileSync(
    join(cwd, 'etc/people.csv'),
    'Employee ID;Name;Company;State;Born\nE-1;Ann;A-1;Inactive;01.06.1979\nE-2;Bob;A-1;Active;\n',
  )
})
afterAll(async () => {
  await emulator.close()
  rmSync(cwd, { recursive: true, force: true })
})

const jobs = `
# People in, companies out.
connections:
  crm: { dataverse: "\${env:CRM_URL}" }
  lake: { files: ./data }
jobs:
  out:
    after: [people]
    pull: { from: crm, tables: { account: { columns: [name, accountnumber] }, contacts: } }
    to: { files: lake, mode: mirror, lines: rows }
  people:
    push: { from: { csv: people.csv }, to: crm, table: contact, key: employeeid }
    columns:
      employeeid: Employee ID
      lastname: Name
      parentcustomerid: { from: Company, find: account.accountnumber }
      statuscode: { from: State, label: true }
      birthdate: Born
      department: { value: Import }
    dateFormat: dd.MM.yyyy
    missing: deactivate
    deadLetters: letters.ndjson
`

async function run(text: string, ...args: string[]) {
  writeFileSync(join(cwd, 'etc/jobs.yaml'), text)
  return await runDeltaverse(['run', ...args, '--file', 'etc/jobs.yaml', '--json'], {
    cwd,
    env: { CRM_URL: emulator.url },
  })
}

describe('deltaverse run', () => {
  it('runs all jobs in the order of their needs, with paths of the file; a second run writes nothing', async () => {
    const first = await run(jobs)
    expect(first.stderr).not.toContain('failed')
    expect([first.code, first.json()]).toMatchObject([
      0,
      {
        ok: true,
        jobs: [
          { job: 'people', ok: true, tables: [{ created: 2, failed: 0 }] },
          {
            job: 'out',
            ok: true,
            tables: [
              { table: 'account', upserted: 1 },
              { table: 'contacts', upserted: 2 },
            ],
          },
        ],
      },
    ])
    const contacts = readFileSync(join(cwd, 'etc/data/contacts.ndjson'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(
      contacts.map(({ employeeid, statecode, birthdate, department }) => ({
        employeeid,
        statecode,
        birthdate,
        department,
      })),
    ).toEqual([
      { employeeid: 'E-1', statecode: 1, birthdate: '1979-06-01', department: 'Import' },
      { employeeid: 'E-2', statecode: 0, birthdate: null, department: 'Import' },
    ])
    const again = await run(jobs)
    expect(again.json().jobs[0].tables[0]).toMatchObject({ unchanged: 2, writes: 0 })
  })

  it('runs those that are named, and what they need', async () => {
    expect((await run(jobs, 'people')).json().jobs.map(({ job }: { job: string }) => job)).toEqual(['people'])
    expect((await run(jobs, 'out')).json().jobs.map(({ job }: { job: string }) => job)).toEqual([
      'people',
      'out',
    ])
  })

  it('does not run what needs a job that failed', async () => {
    const ended = await run(jobs.replace('people.csv', 'nobody.csv'))
    expect([ended.code, ended.json().jobs]).toMatchObject([
      1,
      [
        { job: 'people', error: { code: 'bad-input' } },
        { job: 'out', error: { message: 'people has to be done before it, and was not' } },
      ],
    ])
  })

  it.each([
    ['what is no YAML', jobs.replace('jobs:', 'jobs: ['), /jobs.yaml, line \d+, column \d+: /],
    [
      'a member that is none, with the nearest',
      jobs.replace('missing:', 'mising:'),
      /line 21, column 5: jobs.people has no member mising; did you mean missing\?/,
    ],
    [
      'an option that the sink does not have',
      jobs.replace('lines: rows', 'line: rows'),
      /line 10, column 38: jobs.out.to has no member line; did you mean lines\?/,
    ],
    [
      'a value of another type',
      jobs.replace('[people]', 'people'),
      /line 8, column 12: jobs.out.after has to be array/,
    ],
    [
      'a value that is none of those there are',
      jobs.replace('missing: deactivate', 'missing: archive'),
      /line 21, column 14: jobs.people.missing is one of ignore, deactivate, delete/,
    ],
    [
      'a connection that is not there',
      jobs.replace('to: crm', 'to: crn'),
      /line 12, column \d+: there is no connection crn; did you mean crm\?/,
    ],
    [
      'a job that is not there',
      jobs.replace('[people]', '[peoples]'),
      /line 8, column 13: there is no job peoples; did you mean people\?/,
    ],
    [
      'jobs that wait for each other',
      jobs.replace('  people:\n', '  people:\n    after: [out]\n'),
      /the jobs out → people → out wait for each other/,
    ],
    [
      'a variable that is not set',
      jobs.replace('CRM_URL', 'CRM_ULR'),
      /line 4, column 21: the environment variable CRM_ULR is not set/,
    ],
    [
      'a file that is not there',
      jobs.replace('env:CRM_URL', 'file:url.txt'),
      /line 4, column 21: .*url.txt cannot be read/,
    ],
    [
      'a secret that is written into it',
      jobs.replace('./data }', './data }\n  db: { postgres: "postgres://me:hunter2@db/crm" }'),
      /line 6, column 19: postgres holds a secret/,
    ],
    [
      'a look-up that says no column',
      jobs.replace('account.accountnumber', 'account'),
      /line 16, column \d+: jobs.people.columns.parentcustomerid.find does not take "account". For a look-up/,
    ],
  ])('refuses %s, with line and column, before anything is done', async (_, text, message) => {
    const ended = await run(text)
    expect([ended.code, ended.stderr.split('\n')[0]]).toEqual([2, expect.stringMatching(message)])
    expect(ended.stderr).not.toContain('hunter2')
  })

  it('says where a job file comes from when there is none', async () => {
    const ended = await runDeltaverse(['run'], { cwd })
    expect([ended.code, ended.stderr]).toEqual([2, expect.stringContaining('deltaverse.yaml cannot be read')])
  })
})
