import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Emulator, startEmulator } from '../src/index.js'
import { errorOf, guid, send } from './support/api.js'
import { flat, type Operation, sendBatch } from './support/batch.js'
import { labels } from './support/labels.js'
import { things } from './support/things.js'

let emulator: Emulator

beforeEach(async () => {
  emulator = await startEmulator({ tables: [things, ...labels] })
})
afterEach(() => emulator.close())

const rows = (set = 'new_things') => emulator.table(set)
const create = (number: number): Operation => ({
  method: 'POST',
  url: 'new_things',
  body: { new_thingid: guid(number), new_code: `C${number}` },
})
const changeset = async (...operations: Operation[]): Promise<number[]> =>
  flat(await sendBatch(emulator, [operations])).map(({ status }) => status)

describe('a reference to an earlier part as the start of a URL that goes on', () => {
  it('creates a row in a collection of the row, by its id and by its alternate key', async () => {
    const body = (number: number) => ({ new_thingid: guid(number), new_name: `child ${number}` })
    expect(
      await changeset(
        create(1),
        { method: 'POST', url: '$1/new_thing_children', body: body(2) },
        { method: 'PATCH', url: "new_things(new_code='C1')", body: { new_name: 'root' } },
        { method: 'POST', url: '$3/new_thing_children', body: body(3) },
        { method: 'PATCH', url: '$2', body: { new_site: 7 } },
      ),
    ).toEqual([204, 204, 204, 204, 204])
    expect(rows().rows()).toMatchObject([
      { new_name: 'root' },
      { new_name: 'child 2', new_site: 7, _new_parent_value: guid(1) },
      { new_name: 'child 3', _new_parent_value: guid(1) },
    ])
  })

  it('creates one on the other side of a many-to-many relationship', async () => {
    expect(
      await changeset(create(1), {
        method: 'POST',
        url: '$1/new_Labels',
        body: { new_labelid: guid(11) },
      }),
    ).toEqual([204, 204])
    expect(rows('new_labels').count()).toBe(1)
    expect(rows('new_thing_labels').rows()).toMatchObject([{ new_thingid: guid(1), new_labelid: guid(11) }])
  })

  it('binds, adds and takes away with $ref', async () => {
    rows('new_labels').create({ new_labelid: guid(11) })
    const label = { '@odata.id': `new_labels(${guid(11)})` }
    expect(
      await changeset(
        create(1),
        create(2),
        create(3),
        { method: 'PUT', url: '$1/new_Parent/$ref', body: { '@odata.id': '$2' } },
        { method: 'POST', url: '$1/new_thing_children/$ref', body: { '@odata.id': '$3' } },
        { method: 'POST', url: '$2/new_Labels/$ref', body: label },
        { method: 'POST', url: '$3/new_Labels/$ref', body: label },
        { method: 'DELETE', url: `$3/new_Labels(${guid(11)})/$ref` },
        { method: 'DELETE', url: '$3/new_Parent/$ref' },
      ),
    ).toEqual(Array.from({ length: 9 }, () => 204))
    expect(rows().rows()).toMatchObject([
      { _new_parent_value: guid(2) },
      { _new_parent_value: null },
      { _new_parent_value: null },
    ])
    expect(rows('new_thing_labels').rows()).toMatchObject([{ new_thingid: guid(2) }])
  })

  it('writes single properties', async () => {
    expect(
      await changeset(
        create(1),
        { method: 'PUT', url: '$1/new_name', body: { value: 'A' } },
        { method: 'DELETE', url: '$1/new_code' },
      ),
    ).toEqual([204, 204, 204])
    expect(rows().get(guid(1))).toMatchObject({ new_name: 'A', new_code: null })
  })

  it('is taken back with the rest of its changeset', async () => {
    expect(
      await changeset(
        create(1),
        { method: 'POST', url: '$1/new_thing_children', body: { new_thingid: guid(2) } },
        { method: 'POST', url: '$1/new_nothing', body: {} },
      ),
    ).toEqual([404])
    expect(rows().count()).toBe(0)
  })
})

describe('POST to a collection of a row', () => {
  const children = `new_things(${guid(1)})/new_thing_children`
  beforeEach(() => {
    rows().create({ new_thingid: guid(1), new_code: 'C1' })
  })

  it('answers with the address of the row in its own set, or with the row', async () => {
    const answer = await send(emulator, 'POST', children, { body: { new_thingid: guid(2) } })
    expect(answer.headers.get('odata-entityid')).toBe(`${emulator.serviceRoot}/new_things(${guid(2)})`)
    const shown = await send(emulator, 'POST', `${children}?$select=new_name`, {
      body: { new_thingid: guid(3), new_name: 'shown' },
      headers: { Prefer: 'return=representation' },
    })
    expect(shown.status).toBe(201)
    expect(shown.json).toMatchObject({ new_thingid: guid(3), new_name: 'shown' })
    expect(rows().get(guid(3))).toMatchObject({ _new_parent_value: guid(1) })
  })

  it('creates nested rows too, and refuses what a create refuses', async () => {
    const body = { new_thingid: guid(2), new_thing_children: [{ new_thingid: guid(3) }] }
    expect((await send(emulator, 'POST', children, { body })).status).toBe(204)
    expect(rows().get(guid(3))).toMatchObject({ _new_parent_value: guid(2) })
    const again = await send(emulator, 'POST', children, { body })
    expect([again.status, errorOf(again).code]).toEqual([412, '0x80040237'])
  })

  it('is no way to a lookup, or to a row that is not there', async () => {
    const body = { new_thingid: guid(2) }
    expect((await send(emulator, 'POST', `new_things(${guid(1)})/new_Parent`, { body })).status).toBe(405)
    expect((await send(emulator, 'POST', children.replace(guid(1), guid(9)), { body })).status).toBe(404)
    expect((await send(emulator, 'PATCH', children, { body })).status).toBe(405)
  })
})
