import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Emulator, startEmulator } from '../src/index.js'
import { errorOf, guid, pagesFrom, rowsOf, send } from './support/api.js'
import { labels } from './support/labels.js'
import { things } from './support/things.js'

let emulator: Emulator

beforeEach(async () => {
  emulator = await startEmulator({ tables: [things, ...labels] })
  for (const number of [1, 2, 3, 4]) {
    emulator.table('new_things').create({ new_thingid: guid(number), new_site: number })
  }
  for (const number of [2, 3, 4]) {
    emulator.table('new_things').update(guid(number), { 'new_Parent@odata.bind': `new_things(${guid(1)})` })
  }
})
afterEach(() => emulator.close())

const children = `new_things(${guid(1)})/new_thing_children/$ref`
const addressOf = (id: string, set = 'new_things') => ({
  '@odata.id': `${emulator.serviceRoot}/${set}(${id})`,
})
const context = (kind: string) => `${emulator.serviceRoot}/$metadata#${kind}`

describe('GET …/$ref of a look-up', () => {
  it('answers with the address of the row', async () => {
    const answer = await send(emulator, 'GET', `new_things(${guid(2)})/new_Parent/$ref`)
    expect(answer.status).toBe(200)
    expect(answer.json).toEqual({ '@odata.context': context('$ref'), ...addressOf(guid(1)) })
  })

  it('leads to the table that a polymorphic one points at', async () => {
    const account = emulator.table('accounts').create({ name: 'A' })
    const user = String((await send(emulator, 'GET', 'WhoAmI')).json.UserId)
    const answer = await send(emulator, 'GET', `accounts(${account})/ownerid/$ref`)
    expect(answer.json).toMatchObject(addressOf(user, 'systemusers'))
  })

  it('answers without a body where there is no row', async () => {
    const answer = await send(emulator, 'GET', `new_things(${guid(1)})/new_Parent/$ref`)
    expect([answer.status, answer.text]).toEqual([204, ''])
  })
})

describe('GET …/$ref of a collection', () => {
  it('lists the addresses of one-to-many rows', async () => {
    const answer = await send(emulator, 'GET', children)
    expect(answer.status).toBe(200)
    expect(answer.json).toEqual({
      '@odata.context': context('Collection($ref)'),
      value: [addressOf(guid(2)), addressOf(guid(3)), addressOf(guid(4))],
    })
  })

  it('lists those of many-to-many rows, from both sides', async () => {
    emulator.table('new_labels').create({ new_labelid: guid(11) })
    const path = `new_things(${guid(1)})/new_Labels/$ref`
    expect(rowsOf(await send(emulator, 'GET', path))).toEqual([])
    await send(emulator, 'POST', path, { body: addressOf(guid(11), 'new_labels') })
    expect(rowsOf(await send(emulator, 'GET', path))).toEqual([addressOf(guid(11), 'new_labels')])
    const back = await send(emulator, 'GET', `new_labels(${guid(11)})/new_Things/$ref`)
    expect(rowsOf(back)).toEqual([addressOf(guid(1))])
  })

  it('comes in pages, filtered, in order and counted like other lists', async () => {
    const pages = await pagesFrom(emulator, children, { Prefer: 'odata.maxpagesize=2' })
    expect(pages.map((page) => rowsOf(page).length)).toEqual([2, 1])
    expect(pages.flatMap(rowsOf)).toEqual([addressOf(guid(2)), addressOf(guid(3)), addressOf(guid(4))])
    expect(pages[0]?.json['@odata.nextLink']).toContain('/new_thing_children/$ref?')
    const some = await send(
      emulator,
      'GET',
      `${children}?$filter=new_site gt 2&$orderby=new_site desc&$top=5&$count=true`,
    )
    expect(some.json).toMatchObject({ '@odata.count': 2, value: [addressOf(guid(4)), addressOf(guid(3))] })
  })

  it.each(['$select=new_site', '$expand=new_Parent'])('has no columns: ?%s is refused', async (query) => {
    const answer = await send(emulator, 'GET', `${children}?${query}`)
    expect([answer.status, errorOf(answer).code]).toEqual([400, '0x80060888'])
  })
})

describe('GET …/$ref of anything else', () => {
  it.each([
    [`new_things(${guid(9)})/new_Parent/$ref`, 404],
    [`new_things(${guid(1)})/new_nothing/$ref`, 404],
    [`new_things(${guid(1)})/new_site/$ref`, 404],
    ['new_things/$ref', 404],
    [`new_things(${guid(1)})/$ref`, 404],
    [`new_things(${guid(1)})/new_thing_children(${guid(2)})/$ref`, 501],
  ])('%s: %i', async (path, status) => {
    expect((await send(emulator, 'GET', path)).status).toBe(status)
  })
})
