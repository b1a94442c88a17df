import { createKeyResolver, createRowTranslator, noRef, ref } from '@deltaverse/alternate-keys'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Service, startService } from './start-service.js'

let service: Service
let ada: string

beforeAll(async () => {
  service = await startService({
    tables: [
      {
        logicalName: 'new_order',
        schemaName: 'new_Order',
        columns: [
          { logicalName: 'new_name', type: 'string', maxLength: 100 },
          { logicalName: 'new_day', type: 'datetime', dateTimeBehavior: 'DateOnly' },
          { logicalName: 'new_opens', type: 'datetime', dateTimeBehavior: 'TimeZoneIndependent' },
          { logicalName: 'new_at', type: 'datetime' },
          {
            logicalName: 'new_days',
            type: 'multiselectpicklist',
            options: [
              { value: 1, label: 'Monday' },
              { value: 2, label: 'Tuesday' },
            ],
          },
          { logicalName: 'new_rate', type: 'decimal', precision: 4 },
          { logicalName: 'new_size', type: 'bigint' },
          { logicalName: 'new_number', type: 'string', autoNumberFormat: 'N-{SEQNUM:4}' },
        ],
      },
    ],
  })
  ada = service.emulator.table('contacts').create({ lastname: 'Lovelace', emailaddress1: 'ada@example.com' })
  service.emulator.table('accounts').create({ name: 'Alfa', accountnumber: 'A-1' })
  service.emulator.table('new_regions').create({ new_name: 'North', new_code: 'N/1' })
})

afterAll(() => service.close())
beforeEach(() => void service.requestsSince())

const translator = (table: string, options: object = {}) =>
  createRowTranslator(service.client, { table, ...options })

async function wire(table: string, row: Record<string, unknown>, options: object = {}) {
  const translated = await translator(table, options).toWireRow(row)
  if (translated.status === 'failed') throw translated.error
  return translated.row
}

async function problems(table: string, row: Record<string, unknown>, options: object = {}) {
  const translated = await translator(table, options).toWireRow(row)
  return translated.status === 'failed' ? translated.problems : []
}

describe('createRowTranslator()', () => {
  it('refuses numbers that no column holds, in every column, naming it', async () => {
    const columns = ['new_name', 'new_day', 'new_opens', 'new_at', 'new_days', 'new_rate', 'new_size']
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2 ** 53 + 0.5]) {
      const row = Object.fromEntries(
        columns.filter((name) => name !== 'new_rate' || !Number.isFinite(value)).map((name) => [name, value]),
      )
      expect((await problems('new_order', row)).map(({ column }) => column).sort()).toEqual(
        Object.keys(row).sort(),
      )
    }
  })

  it('writes big integers digit by digit', async () => {
    for (const [at, size] of [9_007_199_254_740_993n, '-9223372036854775808'].entries()) {
      const row = await wire('new_order', { new_name: `Big ${at}`, new_size: size })
      await service.client.request({ method: 'POST', path: 'new_orders', body: row })
      const stored = service.emulator
        .table('new_orders')
        .rows()
        .find((each) => each.new_name === `Big ${at}`)
      expect(String(stored?.new_size)).toBe(String(size))
    }
  })

  it('leaves a column that the service numbers to it, unless it is told to clear it', async () => {
    for (const new_number of [null, '']) {
      const row = await wire('new_order', { new_name: 'Numbered', new_number })
      expect(row).toEqual({ new_name: 'Numbered' })
      await service.client.request({ method: 'POST', path: 'new_orders', body: row })
      expect(await wire('new_order', { new_number }, { noNumber: 'clear' })).toEqual({ new_number })
    }
    const numbered = service.emulator
      .table('new_orders')
      .rows()
      .filter((row) => row.new_name === 'Numbered')
    for (const { new_number } of numbered) expect(new_number).toMatch(/^N-1\d\d\d$/)
    expect(await wire('new_order', { new_number: 'own' })).toEqual({ new_number: 'own' })
    expect(await problems('new_order', { new_number: '' }, { emptyText: 'refuse' })).toHaveLength(1)
  })

  it('takes empty text by the rule for it, references included, and characters that no column takes', async () => {
    const empty = { name: '', primarycontactid: '', revenue: '' }
    expect(await wire('account', empty, { emptyText: 'skip' })).toEqual({})
    expect(await wire('account', empty, { emptyText: 'null' })).toEqual({
      name: null,
      'primarycontactid@odata.bind': null,
      revenue: null,
    })
    expect((await problems('account', empty)).map(({ column }) => column).sort()).toEqual([
      'primarycontactid',
      'revenue',
    ])
    const bad = { name: 'a\u0000b' }
    expect((await problems('account', bad)).map(({ message }) => message)).toEqual([
      expect.stringContaining('U+0000'),
    ])
    expect(await wire('account', bad, { badCharacters: 'strip' })).toEqual({ name: 'ab' })
  })

  it('binds a reference by its Active key under the navigation name, case and all, without looking it up', async () => {
    expect(
      await wire('account', {
        name: "O'Neil",
        primarycontactid: ref('contact', { emailaddress1: "o'neil@example.com" }),
        ownerid: ref('systemuser', { domainname: 'user@emulator.example' }),
      }),
    ).toEqual({
      name: "O'Neil",
      'primarycontactid@odata.bind': "contacts(emailaddress1='o''neil@example.com')",
      'ownerid@odata.bind': "systemusers(domainname='user@emulator.example')",
    })
    expect(service.requestsSince().every((request) => request.includes('EntityDefinitions'))).toBe(true)
    expect(await wire('account', { new_regionid: null })).toEqual({ 'new_RegionId@odata.bind': null })
  })

  it('binds by GUID where the key holds a character that no address takes', async () => {
    const row = await wire('account', { new_regionid: ref('new_region', { new_code: 'n/1' }) })
    expect(row['new_RegionId@odata.bind']).toMatch(/^new_regions\([0-9a-f-]{36}\)$/)
    expect(await problems('account', { new_regionid: ref('new_region', { new_code: 'n/2' }) })).toEqual([
      {
        column: 'new_regionid',
        reason: 'missing-target',
        message: "there is no row new_region(new_code='n/2')",
        target: ref('new_region', { new_code: 'n/2' }),
      },
    ])
  })

  it('binds by GUID where the target has no such key', async () => {
    const row = await wire('account', { primarycontactid: ref('contact', { lastname: 'lovelace' }) })
    expect(row).toEqual({ 'primarycontactid@odata.bind': `contacts(${ada})` })
  })

  it('names the table of a lookup that can point at several', async () => {
    expect(await wire('contact', { parentcustomerid: ref('account', { accountnumber: 'A-1' }) })).toEqual({
      'parentcustomerid_account@odata.bind': "accounts(accountnumber='A-1')",
    })
    expect(await wire('task', { regardingobjectid: ref('contact', ada) })).toEqual({
      'regardingobjectid_contact_task@odata.bind': `contacts(${ada})`,
    })
    expect((await problems('task', { regardingobjectid: ada }))[0]?.reason).toBe('wrong-table')
    expect((await problems('contact', { parentcustomerid: ref('lead', ada) }))[0]?.reason).toBe('wrong-table')
  })

  it('clears a lookup at several tables under the name of the one it points at', async () => {
    const task = service.emulator
      .table('tasks')
      .create({ subject: 'Call', 'regardingobjectid_contact_task@odata.bind': `contacts(${ada})` })
    const free = service.emulator.table('tasks').create({ subject: 'Nap' })
    service.requestsSince()
    const rows = await translator('task').toWireRows([
      { activityid: task, regardingobjectid: null },
      { activityid: free, regardingobjectid: null },
      { regardingobjectid: noRef('account') },
      { regardingobjectid: null },
    ])
    expect(rows.map(({ row }) => row)).toEqual([
      { activityid: task, 'regardingobjectid_contact_task@odata.bind': null },
      { activityid: free },
      { 'regardingobjectid_account_task@odata.bind': null },
      {},
    ])
    expect(rows.map(({ status }) => status)).toEqual(['translated', 'translated', 'translated', 'failed'])
    expect(service.requestsSince().filter((request) => request.includes('/tasks?'))).toHaveLength(1)
  })

  it('clears it otherwise by option: under all names without a look, or finding the row by a key', async () => {
    const row = { parentcustomerid: null }
    expect(await wire('contact', row, { polymorphicNull: 'all' })).toEqual({
      'parentcustomerid_account@odata.bind': null,
      'parentcustomerid_contact@odata.bind': null,
    })
    expect(service.requestsSince().filter((request) => request.includes('/contacts?'))).toEqual([])
    const number = 'child@example.com'
    const parent = { 'parentcustomerid_contact@odata.bind': `contacts(${ada})` }
    service.emulator.table('contacts').create({ lastname: 'Byron', emailaddress1: number, ...parent })
    const keyed = { ...row, emailaddress1: number }
    expect(await wire('contact', keyed, { key: ['emailaddress1'] })).toEqual({
      emailaddress1: number,
      'parentcustomerid_contact@odata.bind': null,
    })
    expect(await wire('contact', { ...keyed, emailaddress1: 'new@x' }, { key: ['emailaddress1'] })).toEqual({
      emailaddress1: 'new@x',
    })
  })

  it('never clears an owner, and binds teams and users alike', async () => {
    expect((await problems('account', { ownerid: null }))[0]?.reason).toBe('wrong-value')
    expect((await problems('account', { ownerid: noRef('team') }))[0]?.reason).toBe('wrong-table')
    expect(await wire('account', { ownerid: ref('team', ada) })).toEqual({
      'ownerid@odata.bind': `teams(${ada})`,
    })
  })

  it('looks every target up where told to, so that a missing one is known before the write', async () => {
    const by = (emailaddress1: string) => ({ primarycontactid: ref('contact', { emailaddress1 }) })
    const resolving = { references: 'resolve' }
    expect(await wire('account', by('ada@example.com'), resolving)).toEqual({
      'primarycontactid@odata.bind': `contacts(${ada})`,
    })
    expect((await problems('account', by('nobody@example.com'), resolving))[0]?.reason).toBe('missing-target')
    expect(await problems('account', by('nobody@example.com'))).toEqual([])
  })

  it('turns labels into values, and a status label into the pair of state and status', async () => {
    expect(
      await wire('account', { industrycode: ' consulting ', creditonhold: 'Yes', donotphone: false }),
    ).toEqual({
      industrycode: 7,
      creditonhold: true,
      donotphone: false,
    })
    expect(await wire('account', { status: 'inactive' })).toEqual({ statecode: 1, statuscode: 2 })
    expect(await wire('task', { statuscode: 'Completed' })).toEqual({ statecode: 1, statuscode: 5 })
    expect(await wire('task', { statecode: 2 })).toEqual({ statecode: 2, statuscode: 6 })
    expect(await wire('new_order', { new_days: ['Tuesday', 1] })).toEqual({ new_days: '2,1' })
    expect(await wire('new_order', { new_days: [] })).toEqual({ new_days: null })
  })

  it('lists the labels when there is no such one', async () => {
    const [problem] = await problems('contact', { gendercode: 'Unknown' })
    expect(problem).toMatchObject({ column: 'gendercode', reason: 'unknown-label' })
    expect(problem?.message).toBe("'Unknown' is no option; there are 'Male' (1), 'Female' (2)")
    expect((await problems('task', { statecode: 'Open', statuscode: 'Completed' }))[0]?.message).toBe(
      "status 'Completed' does not belong to state 'Open'",
    )
  })

  it('writes dates by the behaviour of their column', async () => {
    expect(
      await wire('new_order', {
        new_day: new Date('2026-03-25T00:00:00Z'),
        new_opens: '2026-03-25T08:00',
        new_at: '2026-03-25T08:00:00+02:00',
        new_rate: '1.50',
      }),
    ).toEqual({
      new_day: '2026-03-25',
      new_opens: '2026-03-25T08:00:00Z',
      new_at: '2026-03-25T06:00:00Z',
      new_rate: 1.5,
    })
    expect((await problems('new_order', { new_at: '2026-03-25T08:00' }))[0]?.message).toContain(
      'no time zone',
    )
    expect((await problems('new_order', { new_day: '2026-02-30' }))[0]?.message).toContain('no such date')
  })

  it('says what a misspelt column may have meant, and which columns nobody can write', async () => {
    const found = await problems('account', {
      acountnumber: 'A',
      createdby: ref('systemuser', ada),
      x: undefined,
    })
    expect(found.map(({ reason, message }) => [reason, message])).toEqual([
      ['unknown-column', "there is no such column (Did you mean 'accountnumber'?)"],
      ['read-only', 'the column is read-only'],
    ])
    expect(await wire('account', { acountnumber: 'A', name: 'n' }, { unknownColumns: 'leave-out' })).toEqual({
      name: 'n',
    })
  })

  it('translates a row that was read back into one that can be written', async () => {
    const row = await wire(
      'contact',
      {
        '@odata.etag': 'W/"1"',
        lastname: 'Lovelace',
        _parentcustomerid_value: ada,
        '_parentcustomerid_value@Microsoft.Dynamics.CRM.lookuplogicalname': 'contact',
        createdon: '2026-01-01T00:00:00Z',
      },
      { readOnlyColumns: 'leave-out' },
    )
    expect(row).toMatchObject({
      lastname: 'Lovelace',
      'parentcustomerid_contact@odata.bind': `contacts(${ada})`,
    })
    expect(row).not.toHaveProperty('@odata.etag')
  })

  it('resolves the references of many rows together', async () => {
    const resolver = createKeyResolver(service.client)
    const rows = Array.from({ length: 300 }, (_, index) => ({
      name: `Nr ${index}`,
      primarycontactid: ref('contact', { lastname: index % 2 === 0 ? 'Lovelace' : `Nobody ${index}` }),
    }))
    const translated = await translator('account', { resolver }).toWireRows(rows)
    expect(translated.filter(({ status }) => status === 'failed')).toHaveLength(150)
    expect(service.requestsSince().filter((request) => request.includes('/contacts?'))).toHaveLength(1)
  })

  it('writes what the service accepts', async () => {
    const body = await wire('account', {
      accountnumber: 'A-9',
      name: 'Nine',
      primarycontactid: ref('contact', { emailaddress1: 'ADA@example.com' }),
      ownerid: ref('systemuser', { domainname: 'user@emulator.example' }),
      new_regionid: ref('new_region', { new_code: 'N/1' }),
      industrycode: 'Consulting',
      status: 'Active',
    })
    await (await service.client.request({ method: 'POST', path: 'accounts', body })).discard()
    const row = service.emulator
      .table('accounts')
      .rows()
      .find(({ accountnumber }) => accountnumber === 'A-9')
    expect(row).toMatchObject({ _primarycontactid_value: ada, industrycode: 7, statecode: 0 })
  })
})
