import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Emulator, startEmulator } from '../src/index.js'
import { errorOf, guid, rowsOf, send } from './support/api.js'
import { things } from './support/things.js'

let emulator: Emulator

beforeEach(async () => {
  emulator = await startEmulator({
    tables: [
      things,
      {
        ...things,
        logicalName: 'new_slow',
        keys: [],
        supportsBulk: false,
        columns: [],
        primaryNameColumn: 'new_name',
      },
    ].map((table) => (table.columns.length > 0 ? table : { ...table, columns: things.columns.slice(0, 1) })),
  })
})
afterEach(() => emulator.close())

const type = '#Microsoft.Dynamics.CRM.new_thing'
const rows = () => emulator.table('new_things')
const call = (message: string, targets: unknown, set = 'new_things') =>
  send(emulator, 'POST', `${set}/Microsoft.Dynamics.CRM.${message}`, { body: { Targets: targets } })
const target = (columns: Record<string, unknown>) => ({
  '@odata.type': 'Microsoft.Dynamics.CRM.new_thing',
  ...columns,
})
const outcome = (answer: Awaited<ReturnType<typeof send>>) => [answer.status, errorOf(answer).code]

describe('CreateMultiple', () => {
  it('creates rows and answers their ids in order', async () => {
    const answer = await call('CreateMultiple', [
      target({ new_name: 'P1' }),
      target({ new_thingid: guid(7), 'new_Parent@odata.bind': null }),
      { '@odata.type': type, new_name: 'P3' },
    ])
    expect(answer.status).toBe(200)
    expect(answer.json['@odata.context']).toBe(
      `${emulator.serviceRoot}/$metadata#Microsoft.Dynamics.CRM.CreateMultipleResponse`,
    )
    const ids = answer.json.Ids as string[]
    expect(ids[1]).toBe(guid(7))
    expect(ids.map((id) => rows().get(id)?.new_name)).toEqual(['P1', null, 'P3'])
  })

  it('creates all rows or none, and does not say which one failed', async () => {
    const answer = await call('CreateMultiple', [target({ new_name: 'A' }), target({ new_site: 1000 })])
    expect(outcome(answer)).toEqual([400, '0x80044330'])
    expect(rows().count()).toBe(0)
    expect(emulator.history().filter(({ table }) => table === 'new_thing')).toEqual([])
  })

  it.each([
    ['no list', { Targets: 5 }],
    ['no rows', { Targets: [] }],
    ['a row without a type', { Targets: [{ new_name: 'A' }] }],
    ['a row of another table', { Targets: [{ '@odata.type': 'Microsoft.Dynamics.CRM.account' }] }],
    ['what is no row', { Targets: [5] }],
  ])('refuses %s', async (_, body) => {
    const answer = await send(emulator, 'POST', 'new_things/Microsoft.Dynamics.CRM.CreateMultiple', { body })
    expect(outcome(answer)).toEqual([400, '0x80048d19'])
  })
})

describe('UpdateMultiple', () => {
  beforeEach(() => {
    for (const number of [1, 2]) rows().create({ new_thingid: guid(number), new_code: `C${number}` })
  })

  it('answers 204 with nothing', async () => {
    const answer = await call(
      'UpdateMultiple',
      [1, 2].map((n) => target({ new_thingid: guid(n), new_name: `N${n}` })),
    )
    expect([answer.status, answer.text]).toEqual([204, ''])
    expect(rows().get(guid(2))).toMatchObject({ new_name: 'N2', new_code: 'C2' })
  })

  it('applies only the first of several changes to a row', async () => {
    const answer = await call('UpdateMultiple', [
      target({ new_thingid: guid(1), new_name: 'first' }),
      target({ new_thingid: guid(1).toUpperCase(), new_name: 'second', new_notes: 'lost' }),
    ])
    expect(answer.status).toBe(204)
    expect(rows().get(guid(1))).toMatchObject({ new_name: 'first', new_notes: null })
  })

  it('changes nothing when a row is missing', async () => {
    const answer = await call('UpdateMultiple', [
      target({ new_thingid: guid(1), new_name: 'x' }),
      target({ new_thingid: guid(9) }),
    ])
    expect(outcome(answer)).toEqual([404, '0x80040217'])
    expect(errorOf(answer).message).toBe(`Entity 'new_thing' With Ids = ${guid(9)} Do Not Exist`)
    expect(rows().get(guid(1))?.new_name).toBeNull()
  })

  it('takes no alternate keys', async () => {
    const answer = await call('UpdateMultiple', [target({ '@odata.id': "new_things(new_code='C1')" })])
    expect(answer.status).toBe(400)
  })
})

describe('UpsertMultiple', () => {
  it('takes primary and alternate keys side by side and answers 204 with nothing', async () => {
    rows().create({ new_thingid: guid(1), new_code: 'C1' })
    const answer = await call('UpsertMultiple', [
      target({ '@odata.id': "new_things(new_code='C1')", new_name: 'updated' }),
      target({ '@odata.id': "new_things(new_code='C2')", new_name: 'created' }),
      target({ new_thingid: guid(3), new_name: 'created by id' }),
    ])
    expect([answer.status, answer.text]).toEqual([204, ''])
    expect(rows().get(guid(1))).toMatchObject({ new_name: 'updated', new_code: 'C1' })
    expect(
      rows()
        .rows()
        .find((row) => row.new_code === 'C2')?.new_name,
    ).toBe('created')
    expect(rows().get(guid(3))?.new_name).toBe('created by id')
  })

  it('fails with 0x80040216 only where it would create a row whose body repeats the key', async () => {
    const repeating = target({ '@odata.id': "new_things(new_code='C1')", new_code: 'C1', new_name: 'x' })
    const refused = await call('UpsertMultiple', [target({ new_thingid: guid(1) }), repeating])
    expect(refused.json).toEqual({ error: { code: '0x80040216', message: 'An unexpected error occurred.' } })
    expect([refused.status, rows().count()]).toEqual([400, 0])
    rows().create({ new_code: 'C1' })
    expect((await call('UpsertMultiple', [{ ...repeating, new_code: 'C9' }])).status).toBe(204)
    expect(rows().rows()).toMatchObject([{ new_code: 'C1', new_name: 'x' }])
  })

  it.each([
    ['existing', true],
    ['new', false],
  ])('fails when one %s row stands in it twice', async (_, exists) => {
    if (exists) rows().create({ new_code: 'C1' })
    const twice = target({ '@odata.id': "new_things(new_code='C1')" })
    const before = rows().rows()
    expect(outcome(await call('UpsertMultiple', [twice, twice]))).toEqual([412, '0x80040237'])
    expect(rows().rows()).toEqual(before)
  })

  it('needs a key', async () => {
    expect((await call('UpsertMultiple', [target({ new_name: 'x' })])).status).toBe(400)
    expect((await call('UpsertMultiple', [target({ '@odata.id': "accounts(name='x')" })])).status).toBe(400)
  })
})

describe('tables', () => {
  it('without bulk messages refuse them, and say so beforehand', async () => {
    const answer = await call('CreateMultiple', [], 'new_slows')
    expect(outcome(answer)).toEqual([400, '0x80044824'])
    const filter = '$filter=sdkmessageid/name eq @message and primaryobjecttypecode eq @table'
    const has = async (message: string, table: string) => {
      const path = `sdkmessagefilters?$select=sdkmessagefilterid&${filter}&@message='${message}'&@table='${table}'`
      return rowsOf(await send(emulator, 'GET', path)).length
    }
    expect(await has('CreateMultiple', 'new_thing')).toBe(1)
    expect(await has('UpdateMultiple', 'account')).toBe(1)
    expect(await has('UpsertMultiple', 'account')).toBe(0)
    expect(await has('CreateMultiple', 'new_slow')).toBe(0)
    expect(await has('CreateMultiple', 'task')).toBe(0)
    expect(await has('Update', 'task')).toBe(1)
    expect(await has('CreateMultiple', 'nothing')).toBe(0)
    const literal = `sdkmessagefilters?$filter=sdkmessageid/name eq 'CreateMultiple' and primaryobjecttypecode eq 'account'`
    expect(rowsOf(await send(emulator, 'GET', literal))).toMatchObject([
      { sdkmessagefilterid: expect.any(String) },
    ])
    expect((await send(emulator, 'GET', 'sdkmessagefilters')).status).toBe(501)
  })

  it('have no DeleteMultiple, as no standard table has', async () => {
    const answer = await call('DeleteMultiple', [target({ new_thingid: guid(1) })])
    expect([answer.status, errorOf(answer).message]).toEqual([
      400,
      'DeleteMultiple has not yet been implemented.',
    ])
  })

  it('bulk messages are actions: POST only, of known names', async () => {
    expect((await send(emulator, 'GET', 'new_things/Microsoft.Dynamics.CRM.CreateMultiple')).status).toBe(405)
    expect((await call('ArchiveMultiple', [])).status).toBe(501)
  })
})

it('bulk messages are tracked row by row, and faults hit them before or after their effect', async () => {
  const first = await send(emulator, 'GET', 'new_things', { headers: { Prefer: 'odata.track-changes' } })
  emulator.faults.next({ url: 'CreateMultiple', drop: 'before-effect' })
  const create = () =>
    call('CreateMultiple', [target({ new_thingid: guid(1) }), target({ new_thingid: guid(2) })])
  await expect(create()).rejects.toThrow()
  expect(rows().count()).toBe(0)
  emulator.faults.next({ url: 'CreateMultiple', drop: 'after-effect' })
  await expect(create()).rejects.toThrow()
  const delta = await send(emulator, 'GET', String(first.json['@odata.deltaLink']))
  expect(rowsOf(delta).map((row) => row.new_thingid)).toEqual([guid(1), guid(2)])
  expect(outcome(await create())).toEqual([412, '0x80040237'])
})
