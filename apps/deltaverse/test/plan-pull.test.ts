import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runDeltaverse } from './support/run-deltaverse.js'

let emulator: Emulator
let cwd = ''
const run = (...args: string[]) => runDeltaverse(args, { cwd })
const plan = (...args: string[]) =>
  run('plan', 'pull', '--from', emulator.url, '--table', 'account:name', '--to', './data', '--json', ...args)

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'deltaverse-plan-pull-'))
  emulator = await startEmulator({
    tables: [
      {
        logicalName: 'new_quiet',
        columns: [{ logicalName: 'new_name', type: 'string' }],
        changeTrackingEnabled: false,
      },
    ],
    rows: { accounts: Array.from({ length: 12 }, (_, n) => ({ name: `Company ${n}` })) },
  })
})
afterAll(async () => {
  await emulator.close()
  rmSync(cwd, { recursive: true, force: true })
})

describe('plan pull', () => {
  it('says of each table what would be read, how much, and how old its token is, and reads no row', async () => {
    const first = await plan('--page-size', '5', '-o', 'plan.json', '--html', 'plan.html')
    expect([first.code, first.json()]).toMatchObject([
      0,
      {
        kind: 'pull',
        requests: 3,
        tables: [
          {
            table: 'account',
            entitySet: 'accounts',
            tracked: true,
            reads: 'first load',
            columns: ['name'],
            rows: { rows: 12, certainty: 'exact' },
            fullReadRequests: 3,
          },
        ],
      },
    ])
    expect(JSON.parse(readFileSync(join(cwd, 'plan.json'), 'utf8')).tables).toHaveLength(1)
    expect(readFileSync(join(cwd, 'plan.html'), 'utf8')).toContain('<td>first load</td>')
    expect(emulator.requests.some(({ headers }) => /track-changes/.test(String(headers.prefer)))).toBe(false)
    await run('pull', '--from', emulator.url, '--table', 'account:name', '--to', './data')
    expect((await plan()).json().tables[0]).toMatchObject({
      reads: 'changes',
      requests: 1,
      tokenAgeHours: expect.any(Number),
      hoursLeft: expect.any(Number),
    })
    expect((await plan('--restart')).json().tables[0]).toMatchObject({ reads: 'full read', requests: 1 })
  })

  it('tells of tables that are not tracked or not there, and of columns that are none', async () => {
    const ended = await run(
      ...[
        'plan',
        'pull',
        '--from',
        emulator.url,
        '--table',
        'new_quiet',
        '--table',
        'nobody',
        '--to',
        './none',
      ],
    )
    expect(ended.code).toBe(3)
    expect(ended.stdout).toMatch(/new_quiet: refused: change tracking is off/)
    expect(ended.stdout).toMatch(/nobody .*no table/)
    const wrong = await run(
      'plan',
      'pull',
      '--from',
      emulator.url,
      '--table',
      'account:nam',
      '--to',
      './none',
    )
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('name')])
    expect(existsSync(join(cwd, 'none'))).toBe(false)
  })

  it('says that what a query finds is copied each time', async () => {
    const ended = await run(
      ...[
        'plan',
        'pull',
        '--from',
        emulator.url,
        '--query',
        'accounts?$select=name',
        '--to',
        './q',
        '--json',
      ],
    )
    expect(ended.json()).toMatchObject({ ok: true, tables: [{ table: 'accounts', reads: 'copy' }] })
  })

  it('plans jobs of a job file, out and in', async () => {
    writeFileSync(join(cwd, 'rows.csv'), 'accountid,name\n0b7b6b0e-7b1a-4a86-9d58-3c1f6a1f0001,New\n')
    writeFileSync(
      join(cwd, 'deltaverse.yaml'),
      `connections:
  crm: { dataverse: "${emulator.url}" }
jobs:
  out:
    pull: { from: crm, tables: { account: { columns: [name] } } }
    to: { files: ./other, mode: mirror }
  in:
    push: { from: { csv: ./rows.csv }, to: crm, table: account, key: accountid, operation: create }
`,
    )
    expect((await run('plan', 'job', 'out', '--json')).json()).toMatchObject({
      tables: [{ table: 'account', reads: 'first load' }],
    })
    expect((await run('plan', 'job', 'in', '--json')).json()).toMatchObject({ plan: { create: 1 } })
    const wrong = await run('plan', 'job', 'ou')
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('did you mean out?')])
  })
})
