import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Ended, runDeltaverse } from './support/run-deltaverse.js'

let emulator: Emulator
let cwd = ''

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'deltaverse-singer-target-'))
  emulator = await startEmulator()
  for (const [table, column] of [
    ['account', 'accountnumber'],
    ['contact', 'employeeid'],
  ] as const) {
    const args = ['keys', table, '--ensure', column, '--name', `new_${column}`, '--from', emulator.url]
    expect((await runDeltaverse(args, { cwd })).code).toBe(0)
  }
})
afterAll(async () => {
  await emulator.close()
  rmSync(cwd, { recursive: true, force: true })
})

const people = {
  stream: 'people',
  table: 'contact',
  map: ['no=employeeid', 'company=parentcustomerid:account.accountnumber', 'mail=emailaddress1'],
}
const companies = { stream: 'companies', table: 'account', map: ['nr=accountnumber'] }

function target(messages: readonly object[], config: object = {}): Promise<Ended> {
  writeFileSync(
    join(cwd, 'config.json'),
    JSON.stringify({ url: emulator.url, streams: [people, companies], ...config }),
  )
  const input = messages.map((message) => JSON.stringify(message)).join('\n')
  return runDeltaverse(['singer', 'target', '--config', 'config.json'], { cwd, input })
}

const schema = (stream: string, key: string, ...columns: readonly string[]) => ({
  type: 'SCHEMA',
  stream,
  key_properties: [key],
  schema: {
    type: 'object',
    properties: Object.fromEntries(
      [key, ...columns, '_sdc_deleted_at'].map((name) => [name, { type: ['null', 'string'] }]),
    ),
  },
})
const record = (stream: string, values: object) => ({ type: 'RECORD', stream, record: values })
const state = (value: unknown) => ({ type: 'STATE', value })
const peopleSchema = schema('people', 'no', 'lastname', 'mail', 'company')
const companiesSchema = schema('companies', 'nr', 'name')
const contacts = () => emulator.table('contacts').rows()
const contact = (no: string) => contacts().find(({ employeeid }) => employeeid === no)
const writesSince = (from: number): number =>
  emulator.requests
    .slice(from)
    .flatMap(({ parts, ...whole }) => parts ?? [whole])
    .filter(({ method }) => method !== 'GET').length

describe('deltaverse singer target', () => {
  it('writes records by key, looks up what they point at in another stream that comes later, and hands the state on at the end', async () => {
    const messages = [
      peopleSchema,
      record('people', { no: '1', lastname: 'Ada', mail: 'a@x.test', company: 'C-1', _sdc_deleted_at: null }),
      record('people', { no: '2', lastname: 'Bob', mail: null, company: null }),
      state({ at: 1 }),
      companiesSchema,
      record('companies', { nr: 'C-1', name: 'Contoso' }),
      state({ at: 2 }),
    ]
    const first = await target(messages)
    expect(first.stderr).toContain('3 records written or unchanged')
    expect(first.code).toBe(0)
    // A person waits for its company, so the first state is not good before the second is.
    expect(first.stdout).toBe('{"at":2}\n')
    const [account] = emulator.table('accounts').rows()
    expect(contact('1')).toMatchObject({
      lastname: 'Ada',
      emailaddress1: 'a@x.test',
      _parentcustomerid_value: account?.accountid,
    })
    expect(contact('2')).toMatchObject({ lastname: 'Bob', _parentcustomerid_value: null })

    const before = emulator.requests.length
    expect((await target(messages)).stdout).toMatch(/\{"at":2\}\n$/)
    expect(writesSince(before)).toBe(0)
  })

  it('deletes by key, and keeps the row that comes again behind its deletion', async () => {
    const deleted = {
      no: '1',
      lastname: null,
      mail: null,
      company: null,
      _sdc_deleted_at: '2026-01-02T03:04:05Z',
    }
    const ignoring = await target([peopleSchema, record('people', deleted), state(1)])
    expect(ignoring.stdout).toBe('1\n')
    expect(contact('1')).toBeDefined()
    const config = { streams: [{ ...people, deletions: 'delete' }] }
    await target(
      [
        peopleSchema,
        record('people', deleted),
        record('people', { no: '1', lastname: 'Ada again' }),
        record('people', { ...deleted, no: '2' }),
        record('people', { ...deleted, no: 'never there' }),
      ],
      config,
    )
    expect(contact('1')).toMatchObject({ lastname: 'Ada again', emailaddress1: null })
    expect(contact('2')).toBeUndefined()
  })

  it('ends at the first record that cannot be written, with its line, and hands on no state behind it', async () => {
    const messages = [
      peopleSchema,
      record('people', { no: '5', lastname: 'Eve' }),
      state('good'),
      record('people', { no: '6', lastname: 'Far', company: 'nobody' }),
      state('bad'),
    ]
    const ended = await target(messages)
    expect(ended).toMatchObject({ code: 1, stdout: '"good"\n' })
    expect(ended.stderr).toMatch(/line 4 of the messages, into contact: .*parentcustomerid.*nobody/)
  })

  it('goes on where records may be put aside, and tells of them', async () => {
    const ended = await target(
      [
        peopleSchema,
        record('people', { no: '7', lastname: 'x'.repeat(500) }),
        record('people', { no: '8', lastname: 'Good' }),
        state('all'),
      ],
      { dead_letters: 'letters.ndjson' },
    )
    expect(ended).toMatchObject({ code: 3, stdout: '"all"\n' })
    const letters = readFileSync(join(cwd, 'letters.ndjson'), 'utf8').trimEnd().split('\n')
    expect(letters.map((letter) => JSON.parse(letter))).toMatchObject([
      { entitySet: 'contacts', place: { file: 'stdin', line: 2 }, row: { no: '7' } },
    ])
    expect(contact('8')).toMatchObject({ lastname: 'Good' })
  })

  it.each([
    [
      'a record before its schema',
      [record('people', { no: '1' })],
      /line 1 of the messages is a RECORD of the stream people before its SCHEMA/,
    ],
    [
      'a property that no column takes',
      [schema('companies', 'nr', 'nam')],
      /no such column; did you mean name/,
    ],
    ['a stream that no table is called like', [schema('nothing', 'id')], /nothing/],
    [
      'a stream without a key',
      [{ ...peopleSchema, key_properties: [] }],
      /the stream people has no key_properties/,
    ],
    [
      'a line that is no message',
      [{ type: 'BATCH', stream: 'people' }],
      /line 1 of the messages is of the type "BATCH"/,
    ],
  ])('refuses %s', async (_, messages, why) => {
    const ended = await target(messages)
    expect(ended.code).toBeGreaterThan(0)
    expect(ended.stderr).toMatch(why)
    expect(ended.stdout).toBe('')
  })

  it('takes what the tap prints, digit by digit', async () => {
    const source = await startEmulator({
      rows: {
        accounts: [
          {
            name: 'A',
            accountnumber: 'N-1',
            revenue: 922_337_203.25,
            numberofemployees: 7,
            creditonhold: true,
          },
        ],
      },
    })
    try {
      writeFileSync(join(cwd, 'tap.json'), JSON.stringify({ url: source.url, tables: ['account'] }))
      const columns = ['name', 'accountnumber', 'revenue', 'numberofemployees', 'creditonhold', 'accountid']
      const discovered = await runDeltaverse(['singer', 'tap', '--config', 'tap.json', '--discover'], { cwd })
      const catalog = JSON.parse(discovered.stdout)
      for (const { breadcrumb, metadata } of catalog.streams[0].metadata) {
        metadata.selected = breadcrumb.length === 0 || columns.includes(breadcrumb[1])
      }
      writeFileSync(join(cwd, 'catalog.json'), JSON.stringify(catalog))
      const printed = await runDeltaverse(
        ['singer', 'tap', '--config', 'tap.json', '--catalog', 'catalog.json'],
        { cwd },
      )
      writeFileSync(join(cwd, 'target.json'), JSON.stringify({ url: emulator.url }))
      const ended = await runDeltaverse(['singer', 'target', '--config', 'target.json'], {
        cwd,
        input: printed.stdout,
      })
      expect(ended.stderr).toContain('1 records written or unchanged')
      const [wanted] = source.table('accounts').rows()
      const found = emulator.table('accounts').get(String(wanted?.accountid))
      for (const column of columns) expect(found?.[column]).toEqual(wanted?.[column])
    } finally {
      await source.close()
    }
  })
})
