import { createClient } from '@deltaverse/client'
import {
  createUpsertWriter,
  type UpsertWriterOptions,
  type WriteResult,
  type WriteStrategy,
} from '@deltaverse/dataverse'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRecordingClient, type RecordingClient } from './recording-client.js'

type AnyRow = Record<string, unknown>

let emulator: Emulator
let recording: RecordingClient

beforeEach(async () => {
  emulator = await startEmulator({ organization: { createproductswithoutparentinactivestate: true } })
  recording = createRecordingClient(emulator.url)
})

afterEach(async () => {
  await recording.client.close()
  await emulator.close()
})

const strategies: readonly WriteStrategy[] = ['bulk', 'batch', 'single']
const products = { entitySet: 'products', key: ['productnumber'] } as const

async function write(
  rows: readonly AnyRow[],
  options: Partial<UpsertWriterOptions<AnyRow>> = {},
): Promise<WriteResult<AnyRow>[]> {
  const { client, clock } = recording
  const writer = createUpsertWriter<AnyRow>(client, { ...products, clock, random: () => 0.5, ...options })
  const results: WriteResult<AnyRow>[] = []
  for await (const result of writer.results(rows)) results.push(result)
  return results.sort((a, b) => a.index - b.index)
}

const statuses = (results: readonly WriteResult[]) => results.map(({ status }) => status)
const stored = (number: string) =>
  emulator
    .table('products')
    .rows()
    .find((row) => row.productnumber === number)

describe('columns of the key', () => {
  it.each(strategies)(
    'are never sent in the body, so that the create path takes them too (%s)',
    async (strategy) => {
      const results = await write(
        [
          {
            productnumber: 'A',
            name: 'a',
            '@odata.etag': 'W/"1"',
            'price@OData.Community.Display.V1.FormattedValue': 'x',
          },
        ],
        { strategy },
      )
      expect(statuses(results)).toEqual(['upserted'])
      expect(recording.bodies().join()).not.toMatch(/"productnumber"|etag|FormattedValue/)
      expect(stored('A')).toMatchObject({ name: 'a' })
    },
  )

  it.each(strategies)('stand beside a GUID of the row that is not sent either (%s)', async (strategy) => {
    const id = emulator.table('products').create({ productnumber: 'A', name: 'old' })
    const rows = [{ productid: crypto.randomUUID(), productnumber: 'A', name: 'new' }]
    expect(await write(rows, { strategy })).toMatchObject([{ status: 'upserted' }])
    expect(recording.bodies().join()).not.toContain('"productid"')
    expect(stored('A')).toMatchObject({ productid: id, name: 'new' })
  })

  it('are refused when the row contradicts its key, or left out by option', async () => {
    const rows = [{ sku: 'A', productnumber: 'B', name: 'a' }]
    const keyOf = ({ sku }: AnyRow) => ({ productnumber: sku })
    const [refused] = await write(rows, { keyOf })
    expect(refused).toMatchObject({ status: 'failed', error: { code: 'bad-input' } })
    expect(recording.writes).toHaveLength(0)
    expect(refused!.error!.message).toContain("keyMismatch to 'strip'")
    const plain = rows.map(({ productnumber, name }) => ({ productnumber, name }))
    await write(plain, { keyOf: () => ({ productnumber: 'A' }), keyMismatch: 'strip' })
    expect(stored('A')).toMatchObject({ name: 'a' })
    expect(stored('B')).toBeUndefined()
  })

  it.each([null, undefined, '', {}])('are refused when a part of the key is %j', async (productnumber) => {
    const [result] = await write([{ productnumber, name: 'x' }])
    expect(result).toMatchObject({ status: 'failed', error: { code: 'bad-input' } })
    expect(recording.writes).toHaveLength(0)
  })
})

describe('the causes of a 412', () => {
  it('are told apart by the service code', async () => {
    emulator.table('products').create({ productnumber: 'A', name: 'a' })
    const [taken] = await write([{ productnumber: 'A' }], { operation: 'create', strategy: 'single' })
    expect(taken).toMatchObject({ status: 'failed', conflict: 'key-taken', error: { code: 'conflict' } })

    const productid = stored('A')!.productid
    const [exists] = await write([{ productid, productnumber: 'C' }], {
      operation: 'create',
      strategy: 'single',
    })
    expect(exists).toMatchObject({ status: 'failed', conflict: 'row-exists' })

    const version = { productnumber: 'A', name: 'b', '@odata.etag': 'W/"1"' }
    const [differs] = await write([version], { matchVersion: true })
    expect(differs).toMatchObject({ status: 'failed', conflict: 'version-differs' })

    emulator.faults.next({ method: 'PATCH', status: 500, code: '0x80040333', message: 'duplicate' })
    const [duplicate] = await write([{ productnumber: 'A', name: 'b' }], { strategy: 'single' })
    expect(duplicate).toMatchObject({ status: 'failed', conflict: 'duplicate-rule' })
    expect(stored('A')).toMatchObject({ name: 'a' })
  })

  it.each([
    ['0x80040237', 'row-exists'],
    ['0x80060892', 'key-taken'],
  ])(
    'are a race when an upsert meets %s: it is sent once more, and no more than that',
    async (code, conflict) => {
      const race = { method: 'PATCH', status: 412, code }
      emulator.faults.next(race)
      expect(statuses(await write([{ productnumber: 'A' }], { strategy: 'single' }))).toEqual(['upserted'])
      emulator.faults.next(race)
      emulator.faults.next(race)
      const [result] = await write([{ productnumber: 'A' }], { strategy: 'single' })
      expect(result).toMatchObject({ status: 'failed', conflict, attempts: 2 })
    },
  )
})

describe('states', () => {
  it.each(strategies)('other than the first follow in a second request (%s)', async (strategy) => {
    const rows = [
      { productnumber: 'A', name: 'a', statecode: 1, statuscode: 2 },
      { productnumber: 'B', name: 'b', statecode: 0, statuscode: 1 },
      { productnumber: 'C', name: 'c', statuscode: 2 },
    ]
    const results = await write(rows, { strategy })
    expect(statuses(results)).toEqual(['upserted', 'upserted', 'upserted'])
    expect(stored('C')).toMatchObject({ name: 'c', statecode: 1, statuscode: 2 })
    expect(stored('A')).toMatchObject({ name: 'a', statecode: 1, statuscode: 2 })
    expect(stored('B')).toMatchObject({ statecode: 0, statuscode: 1 })
  })

  it('that only the service refuses are postponed row by row', async () => {
    emulator.faults.next({
      method: 'PATCH',
      status: 400,
      code: '0x80048408',
      message: 'not a valid status code',
    })
    const accountid = 'aaaaaaaa-0000-4000-8000-000000000001'
    const results = await write([{ accountid, name: 'a', statuscode: 1 }], {
      entitySet: 'accounts',
      key: undefined,
      strategy: 'single',
    })
    expect(statuses(results)).toEqual(['upserted'])
    expect(recording.bodies().map((body) => JSON.parse(body))).toEqual([
      { name: 'a', statecode: 0, statuscode: 1 },
      { name: 'a' },
      { statecode: 0, statuscode: 1 },
    ])
    expect(recording.writes[2]!.headers['if-match']).toBe('*')
  })

  it.each(strategies)('go where the option says (%s)', async (strategy) => {
    const accounts = { entitySet: 'accounts', key: undefined, strategy } as const
    const accountid = emulator.table('accounts').create({ name: 'a', statecode: 0 })
    const row = { accountid, name: 'b', statecode: 1, statuscode: 2 }
    expect(statuses(await write([row], { ...accounts, operation: 'update' }))).toEqual(['updated'])
    expect(recording.writes).toHaveLength(1)
    const active = { ...row, statecode: 0, statuscode: 1 }
    await write([active], { ...accounts, states: 'separate' })
    expect(recording.writes).toHaveLength(3)
    await write([row], { ...accounts, states: 'inline' })
    expect(recording.writes).toHaveLength(4)
    expect(emulator.table('accounts').get(accountid)).toMatchObject({ statecode: 1, statuscode: 2 })
  })

  it('that `deactivate` sets are an option', async () => {
    const id = emulator.table('products').create({ productnumber: 'A' })
    const inactiveState = { statecode: 0, statuscode: 1 }
    await write([{ productnumber: 'A' }], { operation: 'deactivate', inactiveState, strategy: 'single' })
    expect(recording.bodies().map((body) => JSON.parse(body))).toEqual([inactiveState])
    expect(emulator.table('products').get(id)).toMatchObject(inactiveState)
  })

  it('that cannot be set leave a row that says what was written and what not', async () => {
    const [result] = await write([{ productnumber: 'A', name: 'a', statecode: 1, statuscode: 1 }], {
      strategy: 'single',
    })
    expect(result).toMatchObject({ status: 'failed', step: 'state', error: { serviceCode: '0x80048408' } })
    expect(stored('A')).toMatchObject({ name: 'a', statecode: 0 })
  })

  it.each(['upsert', 'update'] as const)(
    'follow an owner in tables that refuse both at once (%s)',
    async (operation) => {
      const service = await startEmulator({
        tables: [
          {
            logicalName: 'sla',
            columns: [{ logicalName: 'name', type: 'string' }],
            stateRules: { ownerApart: true },
          },
        ],
      })
      const { client, clock, bodies } = createRecordingClient(service.url)
      const slaid = service.table('slas').create({ name: 'a' })
      const [team] = service.table('teams').rows()
      const row = {
        slaid,
        name: 'b',
        'ownerid@odata.bind': `teams(${team!.teamid})`,
        statecode: 1,
        statuscode: 2,
      }
      const writer = createUpsertWriter(client, { entitySet: 'slas', operation, strategy: 'single', clock })
      expect(await writer.write([row])).toMatchObject({ failed: 0, requests: 2 })
      expect(bodies().map((body) => Object.keys(JSON.parse(body)))).toEqual([
        ['name', 'ownerid@odata.bind'],
        ['statecode', 'statuscode'],
      ])
      expect(service.table('slas').get(slaid)).toMatchObject({ _ownerid_value: team!.teamid, statecode: 1 })
      await client.close()
      await service.close()
    },
  )

  it('and owners go in requests of their own where a table demands it', async () => {
    const [team] = emulator.table('teams').rows()
    const row = {
      accountid: crypto.randomUUID(),
      name: 'a',
      statecode: 1,
      statuscode: 2,
      'ownerid@odata.bind': `teams(${team!.teamid})`,
    }
    await write([row], { entitySet: 'accounts', key: undefined, separateOwner: true, strategy: 'single' })
    expect(recording.bodies().map((body) => Object.keys(JSON.parse(body)))).toEqual([
      ['name'],
      ['ownerid@odata.bind'],
      ['statecode', 'statuscode'],
    ])
  })
})

describe('look-ups and nulls', () => {
  it('keep the case of bind names, and are cleared by the name of the column', async () => {
    const account = emulator.table('accounts').create({ name: 'parent' })
    const contactid = crypto.randomUUID()
    const contacts = { entitySet: 'contacts', key: undefined } as const
    await write(
      [{ contactid, lastname: 'x', 'parentcustomerid_account@odata.bind': `accounts(${account})` }],
      contacts,
    )
    expect(emulator.table('contacts').get(contactid)).toMatchObject({ _parentcustomerid_value: account })
    const [refused] = await write([{ contactid, parentcustomerid: null }], contacts)
    expect(refused!.error!.message).toContain('parentcustomerid_account@odata.bind')
    await write([{ contactid, 'parentcustomerid_account@odata.bind': null }], contacts)
    expect(emulator.table('contacts').get(contactid)).toMatchObject({ _parentcustomerid_value: null })

    const accountRow = { accountid: account, primarycontactid: null }
    await write([accountRow], { entitySet: 'accounts', key: undefined, strategy: 'single' })
    expect(JSON.parse(recording.bodies().at(-1)!)).toEqual({ 'primarycontactid@odata.bind': null })
    const [readOnly] = await write([{ accountid: account, _primarycontactid_value: contactid }], {
      entitySet: 'accounts',
      key: undefined,
    })
    expect(readOnly!.error!.message).toContain('primarycontactid@odata.bind')
  })

  it('clear columns with nulls, or leave them by option', async () => {
    await write([{ productnumber: 'A', description: 'd', name: 'a' }])
    await write([{ productnumber: 'A', description: null, name: undefined }], { nulls: 'skip' })
    expect(stored('A')).toMatchObject({ description: 'd', name: 'a' })
    await write([{ productnumber: 'A', description: null, name: undefined }])
    expect(stored('A')).toMatchObject({ description: null, name: 'a' })
  })
})

describe('failures that pass', () => {
  it('inside of a batch are repeated for their rows only, after the wait that the service asked for', async () => {
    const throttle = {
      inBatch: true,
      method: 'PATCH',
      status: 429,
      code: '0x80072322',
      body: 'flat',
      headers: { 'Retry-After': '7' },
    } as const
    emulator.faults.add({ ...throttle, nth: 2, times: 1 })
    const results = await write([{ productnumber: 'A' }, { productnumber: 'B' }, { productnumber: 'C' }], {
      strategy: 'batch',
    })
    expect(statuses(results)).toEqual(['upserted', 'upserted', 'upserted'])
    expect(results.map(({ attempts }) => attempts)).toEqual([1, 2, 1])
    expect(recording.clock.waitedMs).toBeGreaterThanOrEqual(7_000)
  })

  it('inside of a batch close the gate for everybody, and are waited for without a governor too', async () => {
    const throttle = {
      inBatch: true,
      method: 'PATCH',
      status: 429,
      code: '0x80072321',
      body: 'flat',
      headers: { 'Retry-After': '7' },
      nth: 2,
      times: 1,
    } as const
    const rows = [{ productnumber: 'A' }, { productnumber: 'B' }]
    emulator.faults.add(throttle)
    await write(rows, { strategy: 'batch' })
    expect(recording.client.governor.stats().governors[0]!.totals.refused).toBe(1)

    emulator.faults.add(throttle)
    const { clock } = recording
    const client = createClient({ url: emulator.url, clock, governor: false })
    const writer = createUpsertWriter<AnyRow>(client, { ...products, clock, strategy: 'batch' })
    const before = clock.waitedMs
    expect(await writer.write(rows)).toMatchObject({ upserted: 2, requests: 2 })
    expect(clock.waitedMs - before).toBe(7_000)
    await client.close()
  })

  it('are deadlocks as well, and time-outs, which come back smaller', async () => {
    emulator.faults.next({ method: 'POST', status: 500, code: '0x80044150', message: 'Sql Number: 1205' })
    emulator.faults.next({ method: 'POST', status: 500, code: '0x80044151' })
    const rows = Array.from({ length: 8 }, (_, at) => ({ productnumber: `P${at}` }))
    const results = await write(rows, { strategy: 'bulk', batchSize: 8 })
    expect(new Set(statuses(results))).toEqual(new Set(['upserted']))
    const targets = recording.bodies().map((body) => JSON.parse(body).Targets.length)
    expect(targets).toEqual([8, 8, 4, 4])
  })

  it.each([
    ['a gateway that gave up', { status: 504, body: 'html' }],
    ['SQL that gave up', { status: 500, code: '0x80044150', message: 'Sql error. Sql Number: -2' }],
  ] as const)('are time-outs of %s, after which requests are smaller', async (_, timeout) => {
    emulator.faults.next({ method: 'POST', ...timeout })
    const rows = Array.from({ length: 8 }, (_each, at) => ({ productnumber: `P${at}` }))
    const results = await write(rows, { strategy: 'bulk', batchSize: 8 })
    expect(new Set(statuses(results))).toEqual(new Set(['upserted']))
    expect(recording.bodies().map((body) => JSON.parse(body).Targets.length)).toEqual([8, 4, 4])
  })

  it('and last longer than the client waits are waited for by the writer', async () => {
    const impatient = createClient({
      url: emulator.url,
      clock: recording.clock,
      random: () => 0.5,
      retry: { maxTotalMs: 1_000 },
      governor: false,
    })
    emulator.faults.add({ method: 'POST', status: 429, code: '0x80072321', retryAfterSeconds: 9, times: 3 })
    const { clock } = recording
    const writer = createUpsertWriter<AnyRow>(impatient, {
      ...products,
      clock,
      strategy: 'bulk',
      maxAttempts: 2,
    })
    const summary = await writer.write([{ productnumber: 'A' }, { productnumber: 'B' }])
    expect(summary).toMatchObject({ upserted: 2, failed: 0, requests: 4 })
    expect(clock.waitedMs).toBeGreaterThanOrEqual(27_000)
    await impatient.close()
  })

  it('for ever are given up after so many attempts', async () => {
    emulator.faults.add({ method: 'POST', status: 503, body: 'html' })
    const rows = [{ productnumber: 'A' }, { productnumber: 'B' }]
    const results = await write(rows, { strategy: 'bulk', maxAttempts: 3 })
    expect(results).toMatchObject(rows.map(() => ({ status: 'failed', attempts: 3, error: { status: 503 } })))
    expect(recording.writes).toHaveLength(3)
  })

  it('and hide their cause are tried twice more, then split, then given up', async () => {
    emulator.faults.add({
      method: 'POST',
      status: 400,
      code: '0x80040216',
      message: 'An unexpected error occurred.',
    })
    const results = await write([{ productnumber: 'A' }, { productnumber: 'B' }], {
      strategy: 'bulk',
      batchSize: 2,
    })
    expect(statuses(results)).toEqual(['failed', 'failed'])
    expect(recording.writes.length).toBeLessThanOrEqual(7)
  })
})

describe('keys that no address takes', () => {
  it.each(strategies)('are found by a filter and addressed by GUID (%s)', async (strategy) => {
    const id = emulator.table('products').create({ productnumber: 'a/b', name: 'old' })
    const rows = [
      { productnumber: 'a/b', name: 'new' },
      { productnumber: 'c?d & e', name: 'c' },
      { productnumber: "it's", name: 'i' },
    ]
    const results = await write(rows, { strategy })
    expect(results.map(({ error }) => error?.message)).toEqual([undefined, undefined, undefined])
    expect(results[0]).toMatchObject({ status: 'updated', id })
    expect(results[1]).toMatchObject({ status: 'created', id: stored('c?d & e')!.productid })
    expect(stored('a/b')).toMatchObject({ name: 'new', productid: id })
    expect(stored("it's")).toMatchObject({ name: 'i' })
    expect(emulator.table('products').count()).toBe(3)
  })

  it.each(strategies)(
    'get all columns of their key when they are new, look-ups as well (%s)',
    async (strategy) => {
      const contact = emulator.table('contacts').create({ lastname: 'x' })
      const targets = [
        { table: 'contact', navigationProperty: 'new_For', collectionNavigationProperty: 'new_line_for' },
      ]
      const lines = await startEmulator({
        tables: [
          {
            logicalName: 'new_line',
            columns: [
              { logicalName: 'new_code', type: 'string' },
              { logicalName: 'new_no', type: 'integer' },
              { logicalName: 'new_name', type: 'string' },
              { logicalName: 'new_for', schemaName: 'new_For', type: 'lookup', targets },
            ],
            keys: [{ logicalName: 'new_key', columns: ['new_code', 'new_no', 'new_for'] }],
          },
        ],
        rows: { contacts: [{ contactid: contact, lastname: 'x' }] },
      })
      const { client, clock } = createRecordingClient(lines.url)
      const writer = createUpsertWriter<AnyRow>(client, {
        entitySet: 'new_lines',
        key: ['new_code', 'new_no', 'new_for'],
        strategy,
        clock,
      })
      const bind = { 'new_For@odata.bind': `contacts(${contact})` }
      const rows = ['a/b', 'plain'].map((new_code) => ({ new_code, new_no: '7', ...bind, new_name: 'n' }))
      expect(await writer.write(rows)).toMatchObject({ rows: 2, failed: 0 })
      expect(await writer.write(rows.map((row) => ({ ...row, new_name: 'm' })))).toMatchObject({ failed: 0 })
      const found = lines.table('new_lines').rows()
      expect(found.map(({ new_code }) => new_code).sort()).toEqual(['a/b', 'plain'])
      for (const row of found)
        expect(row).toMatchObject({ new_no: 7, _new_for_value: contact, new_name: 'm' })
      await client.close()
      await lines.close()
    },
  )

  it('can be deleted, and are unchanged when they are not there', async () => {
    emulator.table('products').create({ productnumber: 'a/b' })
    const results = await write([{ productnumber: 'a/b' }, { productnumber: 'c/d' }], { operation: 'delete' })
    expect(statuses(results)).toEqual(['deleted', 'unchanged'])
    expect(emulator.table('products').count()).toBe(0)
  })
})

describe('what can be known before the first row', () => {
  it('is refused before the first row: no table, no key, no such column', async () => {
    await expect(write([{}], { entitySet: 'nothings' })).rejects.toMatchObject({ code: 'not-found' })
    await expect(write([{}], { key: ['name'] })).rejects.toThrow('no alternate key of the columns [name]')
    await expect(write([{}], { key: ['nmae'] })).rejects.toThrow("no column 'nmae'")
    await expect(
      write([{}], { key: ['contactid'], entitySet: 'contacts', operation: 'deactivate', strategy: 'bulk' }),
    ).resolves.toHaveLength(1)
  })

  it.each([
    ['Failed', 'remove rows that have the same key values'],
    ['Pending', 'wait until it is built'],
    ['InProgress', 'wait until it is built'],
  ] as const)('includes a key whose index is %s', async (indexStatus, advice) => {
    const pending = await startEmulator({
      tables: [
        {
          logicalName: 'new_part',
          columns: [{ logicalName: 'new_code', type: 'string' }],
          keys: [{ logicalName: 'new_key', columns: ['new_code'], indexStatus }],
        },
      ],
    })
    const { client, writes } = createRecordingClient(pending.url)
    const writer = createUpsertWriter(client, { entitySet: 'new_parts', key: ['new_code'] })
    await expect(writer.write([{ new_code: 'x' }])).rejects.toThrow(
      `is ${indexStatus}, not Active: ${advice}`,
    )
    expect(writes).toEqual([])
    await client.close()
    await pending.close()
  })
})

describe('operations', () => {
  it('update refuses rows that are not there', async () => {
    const results = await write([{ productnumber: 'A', name: 'x' }], { operation: 'update' })
    expect(results[0]).toMatchObject({ status: 'failed', error: { code: 'not-found' } })
    expect(emulator.table('products').count()).toBe(0)
  })

  it('delete says what was there; after a lost answer a missing row is a deleted one', async () => {
    emulator.table('products').create({ productnumber: 'A' })
    emulator.table('products').create({ productnumber: 'B' })
    emulator.faults.next({ method: 'DELETE', url: "'B'", drop: 'after-effect' })
    const rows = [{ productnumber: 'A' }, { productnumber: 'B' }, { productnumber: 'C' }]
    const results = await write(rows, { operation: 'delete', strategy: 'single' })
    expect(statuses(results)).toEqual(['deleted', 'deleted', 'unchanged'])
  })

  it('delete in a batch does so too, when a gateway hides what became of a part', async () => {
    emulator.table('products').create({ productnumber: 'A' })
    const hidden = { inBatch: true, method: 'DELETE', status: 503, body: 'html', afterEffect: true } as const
    emulator.faults.add({ ...hidden, nth: 1, times: 1 })
    const rows = [{ productnumber: 'A' }, { productnumber: 'B' }]
    const results = await write(rows, { operation: 'delete', strategy: 'batch' })
    expect(statuses(results)).toEqual(['deleted', 'unchanged'])
  })

  it('deactivate sets the inactive state', async () => {
    emulator.table('products').create({ productnumber: 'A' })
    expect(
      statuses(await write([{ productnumber: 'A', name: 'ignored' }], { operation: 'deactivate' })),
    ).toEqual(['updated'])
    expect(stored('A')).toMatchObject({ statecode: 1, statuscode: 2 })
  })

  it('create tells its own row, written by a request whose answer got lost, from another one', async () => {
    emulator.faults.next({ method: 'POST', url: /products/, drop: 'after-effect' })
    const results = await write([{ productnumber: 'A' }, { productnumber: 'B' }], {
      operation: 'create',
      strategy: 'bulk',
    })
    expect(statuses(results)).toEqual(['created', 'created'])
    expect(results[0]!.id).toBe(stored('A')!.productid)
    expect(emulator.table('products').count()).toBe(2)
  })

  it.each(strategies)('tell the columns of rows that were written, when asked (%s)', async (strategy) => {
    emulator.table('products').create({ productnumber: 'A', stockvolume: 5 })
    const rows = [
      { productnumber: 'A', name: 'a' },
      { productnumber: 'B', name: 'x'.repeat(101) },
      { productnumber: 'C' },
    ]
    const results = await write(rows, {
      returnColumns: ['stockvolume', 'name', 'statecode'],
      strategy,
      tag: 't',
    })
    const { productid } = stored('A')!
    expect(results).toMatchObject([
      { status: 'updated', id: productid },
      { status: 'failed' },
      { status: 'created' },
    ])
    expect(results[0]!.stored).toEqual({
      '@odata.etag': stored('A')!['@odata.etag'],
      productid,
      stockvolume: 5,
      name: 'a',
      statecode: 0,
    })
    expect(results[1]).not.toHaveProperty('stored')
    expect(results[2]!.stored).toMatchObject({ productid: stored('C')!.productid, name: null })
    expect(() => createUpsertWriter(recording.client, { ...products, returnColumns: ['a,b'] })).toThrow(
      'returnColumns[0] must be a column name',
    )
  })

  it.each(strategies)('create does so whichever of its keys it meets first (%s)', async (strategy) => {
    const url = strategy === 'batch' ? /\$batch/ : /products/
    emulator.faults.next({ method: 'POST', url, inBatch: false, drop: 'after-effect' })
    const inBatch = strategy === 'batch'
    emulator.faults.add({
      method: 'POST',
      url: /products/,
      inBatch,
      nth: inBatch ? 3 : 1,
      times: 1,
      status: 412,
      code: '0x80060892',
    })
    const rows =
      strategy === 'single' ? [{ productnumber: 'A' }] : [{ productnumber: 'A' }, { productnumber: 'B' }]
    const results = await write(rows, { operation: 'create', strategy })
    expect(results.map(({ status, conflict }) => [status, conflict])).toEqual(
      rows.map(() => ['created', undefined]),
    )
    expect(recording.writes).toHaveLength(2)
    expect(emulator.table('products').count()).toBe(rows.length)
  })

  it('create takes its key from elsewhere too', async () => {
    const keyOf = ({ sku }: AnyRow) => ({ productnumber: sku })
    const named = [{ sku: 17 }, { sku: 'B' }].map(({ sku }) =>
      Object.defineProperty({ name: 'n' }, 'sku', { value: sku }),
    )
    const results = await write(named, { operation: 'create', keyOf })
    expect(results).toMatchObject([{ status: 'created' }, { status: 'created' }])
    expect([stored('17'), stored('B')]).toMatchObject([{ name: 'n' }, { name: 'n' }])
  })

  it('tell created from updated, and the ids, when asked', async () => {
    emulator.table('products').create({ productnumber: 'A' })
    const both = [{ productnumber: 'A' }, { productnumber: 'B' }]
    const results = await write(both, { returnIds: true, tag: 'erp' })
    expect(recording.bodies().join()).toContain('?$select=productid&tag=erp')
    expect(results).toMatchObject([
      { status: 'updated', id: stored('A')!.productid },
      { status: 'created', id: stored('B')!.productid },
    ])
  })
})

describe('a row version', () => {
  it('that differs because of our own earlier request, whose answer got lost, is no conflict', async () => {
    const id = emulator.table('products').create({ productnumber: 'A', name: 'a' })
    const etag = emulator.table('products').get(id)!['@odata.etag']
    emulator.faults.next({ method: 'PATCH', drop: 'after-effect' })
    const row = { productnumber: 'A', name: 'b', '@odata.etag': etag }
    expect(await write([row], { matchVersion: true })).toMatchObject([{ status: 'updated', id }])
    expect(await write([{ ...row, name: 'c' }], { matchVersion: true })).toMatchObject([
      { conflict: 'version-differs' },
    ])
  })
})

describe('changesets', () => {
  it('are all or none on the wire, yet a bad row takes no good one down', async () => {
    const rows = Array.from({ length: 10 }, (_, at) => ({
      productnumber: `P${at}`,
      name: at === 3 ? 'x'.repeat(101) : 'n',
    }))
    const results = await write(rows, { strategy: 'batch', changesetSize: 5 })
    expect(results.filter(({ status }) => status === 'failed').map(({ index }) => index)).toEqual([3])
    expect(emulator.table('products').count()).toBe(9)
    expect(recording.writes).toHaveLength(2)
  })
})

describe('versions of one row', () => {
  it('become one write that holds the columns of both, and both are told', async () => {
    const rows = [
      { productnumber: 'A', name: 'first', description: 'kept' },
      { productnumber: 'A', name: 'second' },
    ]
    const results = await write(rows)
    expect(results).toMatchObject([{ status: 'superseded', supersededBy: 1 }, { status: 'upserted' }])
    expect(stored('A')).toMatchObject({ name: 'second', description: 'kept' })
    expect(emulator.history().filter(({ id }) => id === stored('A')!.productid)).toHaveLength(1)
  })

  it('all fail when the service stays away, so that a replay has the columns of each', async () => {
    emulator.faults.add({ method: 'POST', status: 503 })
    emulator.faults.add({ method: 'PATCH', status: 503 })
    const rows = [
      { productnumber: 'A', description: 'first' },
      { productnumber: 'A', name: 'second' },
    ]
    const results = await write(rows)
    expect(results).toMatchObject([
      { status: 'failed', row: rows[0], error: { retryable: true } },
      { status: 'failed', row: rows[1] },
    ])
  })

  it('are tried one by one when together they fail', async () => {
    const rows = [
      { productnumber: 'A', name: 'x'.repeat(101) },
      { productnumber: 'A', stockvolume: 5 },
      { productnumber: 'A', description: 'good' },
    ]
    expect(statuses(await write(rows))).toEqual(['failed', 'upserted', 'upserted'])
    expect(stored('A')).toMatchObject({ description: 'good' })
  })

  it('are never under way together when only the database takes them for one', async () => {
    const rows = [
      { productnumber: 'ab', name: '1' },
      { productnumber: 'AB', name: '2' },
      { productnumber: 'Ab ', name: '3' },
    ]
    const results = await write(rows, { strategy: 'bulk' })
    expect(statuses(results)).toEqual(['upserted', 'upserted', 'upserted'])
    expect(recording.writes).toHaveLength(3)
  })
})

describe('a bulk upsert', () => {
  it.each(['0x80040237', '0x80060892'])(
    'that meets %s is sent once more before it is split',
    async (code) => {
      emulator.faults.next({ method: 'POST', status: 412, code })
      const rows = Array.from({ length: 8 }, (_, at) => ({ productnumber: `P${at}` }))
      expect(new Set(statuses(await write(rows, { strategy: 'bulk', batchSize: 8 })))).toEqual(
        new Set(['upserted']),
      )
      expect(recording.writes).toHaveLength(2)
    },
  )
})

/** The Entra object id of a new user. */
function addUser(): string {
  const azureactivedirectoryobjectid = crypto.randomUUID()
  const domainname = `${azureactivedirectoryobjectid}@example.com`
  const [{ businessunitid }] = emulator.table('businessunits').rows() as [AnyRow]
  const unit = { 'businessunitid@odata.bind': `businessunits(${String(businessunitid)})` }
  emulator.table('systemusers').create({ ...unit, domainname, azureactivedirectoryobjectid })
  return azureactivedirectoryobjectid
}

function userOf(objectId: string): unknown {
  const users = emulator.table('systemusers').rows()
  return users.find((user) => user.azureactivedirectoryobjectid === objectId)?.systemuserid
}

describe('options of the service', () => {
  const options = {
    bypassBusinessLogic: ['CustomSync', 'CustomAsync'],
    bypassStepIds: ['A0000000-0000-4000-8000-00000000000F', 'b0000000-0000-4000-8000-00000000000f'],
    bypassFlows: true,
    detectDuplicates: true,
    tag: 'erp sync',
  } as const

  it.each(strategies)('stand where the service looks for them (%s)', async (strategy) => {
    await write([{ productnumber: 'A' }, { productnumber: 'B' }], { ...options, strategy })
    const [{ path, headers }] = recording.writes as [(typeof recording.writes)[0]]
    const text = strategy === 'batch' ? recording.bodies()[0]! : JSON.stringify({ path, headers })
    expect(text).toMatch(/MSCRM.BypassBusinessLogicExecution"?: ?"?CustomSync,CustomAsync/i)
    expect(text).toMatch(/MSCRM.BypassBusinessLogicExecutionStepIds"?: ?"?A0{7}-[-0-9]+F,b0{7}-[-0-9]+f/i)
    expect(text).toMatch(/MSCRM.SuppressCallbackRegistrationExpanderJob"?: ?"?true/i)
    expect(text).toMatch(/MSCRM.SuppressDuplicateDetection"?: ?"?false/i)
    expect(text).toContain('tag=erp%20sync')
  })

  it('name another user for a whole writer or a single call', async () => {
    const { client } = recording
    const writer = createUpsertWriter<AnyRow>(client, products)
    const [actAs, other] = [addUser(), addUser()]
    await writer.write([{ productnumber: 'A' }], { actAs })
    expect(stored('A')).toMatchObject({ _createdby_value: userOf(actAs) })
    await writer.write([{ productnumber: 'A' }])
    for await (const { status } of writer.results([{ productnumber: 'A' }], { actAs })) {
      expect(status).toBe('upserted')
    }
    const always = createUpsertWriter<AnyRow>(client, { ...products, actAs })
    await always.write([{ productnumber: 'A' }])
    await always.write([{ productnumber: 'A' }], { actAs: other })
    expect(stored('A')).toMatchObject({ _modifiedby_value: userOf(other) })
    expect(recording.writes.map(({ headers }) => headers.callerobjectid)).toEqual([
      actAs,
      undefined,
      actAs,
      actAs,
      other,
    ])
    await expect(writer.write([], { actAs: 'me' })).rejects.toThrow('actAs must be a GUID')
  })

  it('are checked', () => {
    const { client } = recording
    expect(() => createUpsertWriter(client, { ...products, actAs: 'me' })).toThrow('actAs must be a GUID')
    expect(() => createUpsertWriter(client, { ...products, bypassStepIds: ['one'] })).toThrow('bypassStepIds')
    expect(() => createUpsertWriter(client, { ...products, bypassBusinessLogic: ['all' as never] })).toThrow(
      'bypassBusinessLogic',
    )
    expect(() => createUpsertWriter(client, { ...products, tag: 5 as never })).toThrow('tag must be text')
    expect(() => createUpsertWriter(client, { ...products, batchSize: 1_001 })).toThrow(
      'from 1 to 1000, received 1001',
    )
    expect(() => createUpsertWriter(client, { ...products, strategy: 'fast' as never })).toThrow(
      "strategy must be one of 'auto', 'bulk', 'batch', 'single', received 'fast'",
    )
    expect(() => createUpsertWriter(client, { ...products, batchsize: 5 } as never)).toThrow(
      'createUpsertWriter() has no option "batchsize". Did you mean batchSize?',
    )
    expect(() => createUpsertWriter(client, { ...products, key: [] })).toThrow(TypeError)
    expect(() => createUpsertWriter(client, { entitySet: 'a/b' })).toThrow(TypeError)
  })
})

describe('an error whose body does not come', () => {
  it('says too little, so the row is tried again', async () => {
    emulator.faults.next({ method: 'POST', url: /products/, drop: 'after-effect' })
    emulator.faults.next({ method: 'POST', url: /products/, cutBody: { afterBytes: 5, how: 'complete' } })
    const results = await write([{ productnumber: 'A' }], { operation: 'create', strategy: 'bulk' })
    expect(results).toMatchObject([{ status: 'created', id: stored('A')!.productid }])
    expect(emulator.table('products').count()).toBe(1)
  })
})

describe('rows that cannot even be sent', () => {
  it('fail by themselves, and say why', async () => {
    const circle: AnyRow = { productnumber: 'C' }
    circle.self = circle
    const rows = [
      { productnumber: 'A', validfromdate: new Date(Number.NaN) },
      { productnumber: 'B', nested: { big: 2n ** 70n } },
      circle,
      { productnumber: 'half \ud800' },
      { productnumber: 'D', versionnumber: 2n ** 70n },
      null as never,
      'text' as never,
      { productnumber: 'good' },
    ]
    const results = await write(rows)
    expect(statuses(results)).toEqual([...Array(7).fill('failed'), 'upserted'])
    for (const { error } of results.slice(0, 7)) expect(error).toMatchObject({ code: 'bad-input' })
    expect(emulator.table('products').count()).toBe(1)
  })
})
