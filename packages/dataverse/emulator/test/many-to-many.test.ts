import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Emulator, type EmulatorOptions, startEmulator } from '../src/index.js'
import { errorOf, guid, pagesFrom, rowsOf, send } from './support/api.js'
import { sendBatch } from './support/batch.js'
import { labels } from './support/labels.js'
import { temporaryFolder } from './support/temporary-folder.js'
import { things } from './support/things.js'

let emulator: Emulator

/** Things 1 to 3 and labels 11 to 13. */
const rows = {
  new_things: [1, 2, 3].map((number) => ({ new_thingid: guid(number), new_code: `C${number}` })),
  new_labels: [11, 12, 13].map((number) => ({ new_labelid: guid(number), name: `L${number}` })),
}

async function start(options: EmulatorOptions = {}): Promise<void> {
  emulator = await startEmulator({ tables: [things, ...labels], rows, ...options })
}
async function restart(options: EmulatorOptions): Promise<void> {
  await emulator.close()
  await start(options)
}

beforeEach(() => start())
afterEach(() => emulator.close())

const labelsOf = (number: number) => `new_things(${guid(number)})/new_Labels`
const thingsOf = (number: number) => `new_labels(${guid(number)})/new_Things`
const refer = (reference: unknown) => ({ body: { '@odata.id': reference } })
const pair = async (thing: number, label: number) =>
  expect(
    (await send(emulator, 'POST', `${labelsOf(thing)}/$ref`, refer(`new_labels(${guid(label)})`))).status,
  ).toBe(204)
const pairs = () =>
  emulator
    .table('new_thing_labels')
    .rows()
    .map((row) => [row.new_thingid, row.new_labelid])
    .sort()
const names = async (path: string) => rowsOf(await send(emulator, 'GET', path)).map((row) => row.name)
const outcome = (answer: Awaited<ReturnType<typeof send>>) => [answer.status, errorOf(answer).code]

describe('$ref of a many-to-many collection', () => {
  it.each([
    ['relative', () => labelsOf(1), () => `new_labels(${guid(11)})`],
    ['absolute', () => labelsOf(1), () => `${emulator.serviceRoot}/new_labels(${guid(11)})`],
    ['from the other side', () => thingsOf(11), () => `new_things(${guid(1)})`],
    ['by alternate key', () => thingsOf(11), () => "new_things(new_code='C1')"],
  ])('pairs two rows with POST, %s', async (_, path, reference) => {
    const answer = await send(emulator, 'POST', `${path()}/$ref`, refer(reference()))
    expect(answer).toMatchObject({ status: 204, text: '' })
    expect(pairs()).toEqual([[guid(1), guid(11)]])
  })

  it.each([
    ['by its key', () => `${labelsOf(1)}(${guid(11)})/$ref`],
    ['by $id', () => `${labelsOf(1)}/$ref?$id=${emulator.serviceRoot}/new_labels(${guid(11)})`],
    ['from the other side', () => `${thingsOf(11)}(${guid(1)})/$ref`],
  ])('takes a pair apart %s', async (_, path) => {
    await pair(1, 11)
    await pair(1, 12)
    await pair(2, 11)
    expect((await send(emulator, 'DELETE', path())).status).toBe(204)
    expect(pairs()).toEqual([
      [guid(1), guid(12)],
      [guid(2), guid(11)],
    ])
    await pair(1, 11)
  })

  it('leaves both rows as they are', async () => {
    const before = [emulator.table('new_things').rows(), emulator.table('new_labels').rows()]
    await pair(1, 11)
    expect([emulator.table('new_things').rows(), emulator.table('new_labels').rows()]).toEqual(before)
  })

  it('refuses a pair that is there, by option not', async () => {
    await pair(1, 11)
    const again = await send(emulator, 'POST', `${thingsOf(11)}/$ref`, refer(`new_things(${guid(1)})`))
    expect(outcome(again)).toEqual([412, '0x80040237'])
    await restart({ existingLinkStatus: 204 })
    await pair(1, 11)
    await pair(1, 11)
    expect(pairs()).toHaveLength(1)
  })

  it('refuses to take apart what is no pair, by option not', async () => {
    await pair(1, 11)
    const path = `${labelsOf(1)}(${guid(12)})/$ref`
    expect(outcome(await send(emulator, 'DELETE', path))).toEqual([404, '0x80040217'])
    await restart({ missingLinkStatus: 204 })
    expect((await send(emulator, 'DELETE', path)).status).toBe(204)
  })

  it('refuses what is no row, of another table, or not there', async () => {
    for (const reference of [undefined, 'new_labels', `new_things(${guid(2)})`]) {
      const answer = await send(emulator, 'POST', `${labelsOf(1)}/$ref`, refer(reference))
      expect(outcome(answer)).toEqual([400, '0x80048d19'])
    }
    const missing = await send(emulator, 'POST', `${labelsOf(1)}/$ref`, refer(`new_labels(${guid(9)})`))
    expect(outcome(missing)).toEqual([404, '0x80040217'])
    const put = await send(emulator, 'PUT', `${labelsOf(1)}/$ref`, refer(`new_labels(${guid(11)})`))
    expect(put.status).toBe(405)
    expect(pairs()).toEqual([])
  })
})

describe('reading a many-to-many collection', () => {
  beforeEach(async () => {
    for (const label of [13, 11, 12]) await pair(1, label)
    await pair(2, 12)
  })

  it('lists the rows of either side, with the options of a list', async () => {
    expect(await names(labelsOf(1))).toEqual(['L11', 'L12', 'L13'])
    expect(await names(labelsOf(3))).toEqual([])
    expect(await names(`${labelsOf(1)}?$select=name&$filter=name ne 'L12'&$orderby=name desc`)).toEqual([
      'L13',
      'L11',
    ])
    const codes = rowsOf(await send(emulator, 'GET', `${thingsOf(12)}?$select=new_code&$count=true`))
    expect(codes.map((row) => row.new_code)).toEqual(['C1', 'C2'])
    expect((await send(emulator, 'GET', `${labelsOf(1)}/$count`)).text).toBe('3')
  })

  it('lists them by page', async () => {
    const pages = await pagesFrom(emulator, `${labelsOf(1)}?$select=name`, {
      Prefer: 'odata.maxpagesize=2',
    })
    expect(pages.map((page) => rowsOf(page).map((row) => row.name))).toEqual([['L11', 'L12'], ['L13']])
  })

  it('expands them with inner options', async () => {
    const inner = "$select=name;$filter=name ne 'L12';$orderby=name desc;$top=1"
    const answer = await send(
      emulator,
      'GET',
      `new_things?$select=new_code&$expand=new_Labels(${inner})&$filter=new_code ne 'C3'`,
    )
    expect(rowsOf(answer).map((row) => row.new_Labels)).toEqual([
      [expect.objectContaining({ name: 'L13', new_labelid: guid(13) })],
      [],
    ])
    const link = String(rowsOf(answer)[0]?.['new_Labels@odata.nextLink'])
    expect(await names(link)).toEqual(['L13'])
    const one = await send(emulator, 'GET', `new_labels(${guid(12)})?$expand=new_Things($select=new_code)`)
    expect((one.json.new_Things as Record<string, unknown>[]).map((row) => row.new_code)).toEqual([
      'C1',
      'C2',
    ])
  })

  it('expands them in the order of their keys', async () => {
    const { json } = await send(emulator, 'GET', `new_things(${guid(1)})?$expand=new_Labels($select=name)`)
    expect((json.new_Labels as Record<string, unknown>[]).map((row) => row.name)).toEqual([
      'L11',
      'L12',
      'L13',
    ])
  })

  it('filters by them', async () => {
    const filter = "new_Labels/any(l:l/name eq 'L12')"
    const found = rowsOf(await send(emulator, 'GET', `new_things?$filter=${filter}`))
    expect(found.map((row) => row.new_code)).toEqual(['C1', 'C2'])
  })
})

describe('the intersect table', () => {
  it('shows the pairs and takes no writes', async () => {
    await pair(1, 11)
    const [row] = rowsOf(await send(emulator, 'GET', 'new_thing_labels'))
    expect(Object.keys(row ?? {}).sort()).toEqual(
      ['@odata.etag', 'new_labelid', 'new_thing_labelid', 'new_thingid', 'versionnumber'].sort(),
    )
    const address = `new_thing_labels(${row?.new_thing_labelid})`
    const body = { new_thingid: guid(2), new_labelid: guid(11) }
    expect((await send(emulator, 'POST', 'new_thing_labels', { body })).status).toBe(405)
    expect((await send(emulator, 'PATCH', address, { body })).status).toBe(405)
    expect((await send(emulator, 'PATCH', `new_thing_labels(${guid(9)})`, { body })).status).toBe(405)
    expect((await send(emulator, 'DELETE', address)).status).toBe(405)
    const bulk = await send(emulator, 'POST', 'new_thing_labels/Microsoft.Dynamics.CRM.CreateMultiple', {
      body: { Targets: [{ '@odata.type': 'Microsoft.Dynamics.CRM.new_thing_label', ...body }] },
    })
    expect(bulk.status).toBe(400)
    expect(() => emulator.table('new_thing_labels').create(body)).toThrow('$ref')
    expect(() => emulator.table('new_thing_labels').remove(String(row?.new_thing_labelid))).toThrow('$ref')
    expect(pairs()).toEqual([[guid(1), guid(11)]])
  })

  it('loses its pairs with the rows of either side', async () => {
    await pair(1, 11)
    await pair(1, 12)
    await pair(2, 11)
    await pair(2, 12)
    expect((await send(emulator, 'DELETE', `new_things(${guid(1)})`)).status).toBe(204)
    expect((await send(emulator, 'DELETE', `new_labels(${guid(12)})`)).status).toBe(204)
    expect(pairs()).toEqual([[guid(2), guid(11)]])
  })

  it('tells of pairs by change tracking when both sides are tracked', async () => {
    const tracked = { headers: { Prefer: 'odata.track-changes' } }
    expect(outcome(await send(emulator, 'GET', 'new_thing_labels', tracked))).toEqual([400, '0x80072492'])
    const [label, intersect] = labels
    if (label === undefined || intersect === undefined) throw new TypeError('two tables expected')
    await restart({ tables: [things, { ...label, changeTrackingEnabled: true }, intersect] })
    await pair(1, 11)
    const first = await send(emulator, 'GET', 'new_thing_labels', tracked)
    expect(rowsOf(first)).toHaveLength(1)
    await pair(2, 11)
    await send(emulator, 'DELETE', `${labelsOf(1)}(${guid(11)})/$ref`)
    const delta = rowsOf(await send(emulator, 'GET', String(first.json['@odata.deltaLink'])))
    expect(delta).toEqual([
      expect.objectContaining({ new_thingid: guid(2), new_labelid: guid(11) }),
      expect.objectContaining({ id: rowsOf(first)[0]?.new_thing_labelid, reason: 'deleted' }),
    ])
  })

  it('is kept in the state directory', async () => {
    const stateDirectory = temporaryFolder()
    await restart({ stateDirectory })
    await pair(1, 11)
    await pair(1, 12)
    await send(emulator, 'DELETE', `${labelsOf(1)}(${guid(11)})/$ref`)
    await restart({ stateDirectory })
    expect(pairs()).toEqual([[guid(1), guid(12)]])
    const again = await send(emulator, 'POST', `${labelsOf(1)}/$ref`, refer(`new_labels(${guid(12)})`))
    expect(again.status).toBe(412)
  })

  it('can pair a table with itself, in one direction at a time', async () => {
    await restart({
      tables: [
        things,
        {
          logicalName: 'new_before',
          columns: [],
          intersect: {
            ends: [
              { table: 'new_thing', navigationProperty: 'new_After', column: 'new_first' },
              { table: 'new_thing', navigationProperty: 'new_Before', column: 'new_second' },
            ],
          },
        },
      ],
      rows: { new_things: rows.new_things },
    })
    const after = `new_things(${guid(1)})/new_After`
    for (const number of [1, 2]) {
      const answer = await send(emulator, 'POST', `${after}/$ref`, refer(`new_things(${guid(number)})`))
      expect(answer.status).toBe(204)
    }
    const codes = async (path: string) => rowsOf(await send(emulator, 'GET', path)).map((row) => row.new_code)
    expect(await codes(after)).toEqual(['C1', 'C2'])
    expect(await codes(`new_things(${guid(2)})/new_Before`)).toEqual(['C1'])
    expect(await codes(`new_things(${guid(2)})/new_After`)).toEqual([])
    emulator.table('new_things').remove(guid(1))
    expect(emulator.table('new_befores').count()).toBe(0)
  })
})

describe('pairs and other writes', () => {
  const bind = { 'new_Labels@odata.bind': [11, 12].map((number) => `new_labels(${guid(number)})`) }

  it('are bound when a row is created, all or nothing', async () => {
    const body = { new_thingid: guid(4), ...bind }
    expect((await send(emulator, 'POST', 'new_things', { body })).status).toBe(204)
    expect(await names(labelsOf(4))).toEqual(['L11', 'L12'])
    const broken = { new_thingid: guid(5), 'new_Labels@odata.bind': [bind['new_Labels@odata.bind'][0], 'x'] }
    expect((await send(emulator, 'POST', 'new_things', { body: broken })).status).toBe(400)
    expect(emulator.table('new_things').get(guid(5))).toBeUndefined()
    expect(pairs()).toHaveLength(2)
  })

  it('are not bound by updates, and rows are not nested', async () => {
    const update = await send(emulator, 'PATCH', `new_things(${guid(1)})`, { body: bind })
    expect(outcome(update)).toEqual([400, '0x80048d19'])
    const nested = { new_Labels: [{ name: 'new' }] }
    expect((await send(emulator, 'POST', 'new_things', { body: nested })).status).toBe(501)
    expect(pairs()).toEqual([])
  })

  it('are taken back with their changeset', async () => {
    await pair(1, 11)
    const changes = [
      { method: 'POST', url: `${labelsOf(2)}/$ref`, ...refer(`new_labels(${guid(12)})`) },
      { method: 'DELETE', url: `${labelsOf(1)}(${guid(11)})/$ref` },
      { method: 'DELETE', url: `new_labels(${guid(11)})` },
    ]
    const failing = { method: 'PATCH', url: `new_things(${guid(1)})`, body: { new_nope: 1 } }
    await sendBatch(emulator, [[...changes, failing]])
    expect(pairs()).toEqual([[guid(1), guid(11)]])
    expect(await names(labelsOf(1))).toEqual(['L11'])
    expect((await sendBatch(emulator, [changes])).status).toBe(200)
    expect(pairs()).toEqual([[guid(2), guid(12)]])
  })

  it('take rows of the same changeset', async () => {
    const answer = await sendBatch(emulator, [
      [
        { method: 'POST', url: 'new_labels', body: { name: 'New' }, contentId: '1' },
        { method: 'POST', url: `${labelsOf(1)}/$ref`, ...refer('$1'), contentId: '2' },
      ],
    ])
    expect(answer.status).toBe(200)
    expect(await names(labelsOf(1))).toEqual(['New'])
  })

  it('are there between the standard tables', async () => {
    const lead = emulator.table('leads').create({ lastname: 'Lead' })
    const ends = [
      ['accounts', 'accountleads_association', emulator.table('accounts').create({ name: 'A' })],
      ['contacts', 'contactleads_association', emulator.table('contacts').create({ lastname: 'C' })],
      ['products', 'leadproduct_association', emulator.table('products').create({ name: 'P' })],
    ]
    for (const [set, navigation, id] of ends) {
      const added = await send(emulator, 'POST', `${set}(${id})/${navigation}/$ref`, refer(`leads(${lead})`))
      expect(added.status).toBe(204)
      expect(rowsOf(await send(emulator, 'GET', `leads(${lead})/${navigation}`))).toHaveLength(1)
    }
    for (const set of ['accountleadscollection', 'contactleadscollection', 'leadproducts']) {
      expect(emulator.table(set).count()).toBe(1)
    }
    const [user] = emulator.table('systemusers').rows()
    const [team] = emulator.table('teams').rows()
    const members = `teams(${team?.teamid})/teammembership_association`
    await send(emulator, 'POST', `${members}/$ref`, refer(`systemusers(${user?.systemuserid})`))
    expect(emulator.table('teammemberships').count()).toBe(1)
  })
})
