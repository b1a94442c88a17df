import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Emulator, startEmulator } from '../src/index.js'
import { errorOf, guid, rowsOf, send } from './support/api.js'
import { things } from './support/things.js'

let emulator: Emulator

beforeEach(async () => {
  emulator = await startEmulator({ tables: [things] })
  for (const number of [1, 2, 3]) {
    emulator.table('new_things').create({ new_thingid: guid(number), new_code: `C${number}` })
  }
})
afterEach(() => emulator.close())

const parentOf = (number: number) => emulator.table('new_things').get(guid(number))?._new_parent_value
const version = (number: number) => emulator.table('new_things').get(guid(number))?.versionnumber as bigint
const outcome = (answer: Awaited<ReturnType<typeof send>>) => [answer.status, errorOf(answer).code]
const lookup = `new_things(${guid(1)})/new_Parent/$ref`
const children = `new_things(${guid(1)})/new_thing_children`
const refer = (reference: unknown) => ({ body: { '@odata.id': reference } })

describe('$ref of a lookup', () => {
  it.each([
    ['relative', () => `new_things(${guid(2)})`],
    ['absolute', () => `${emulator.serviceRoot}/new_things(${guid(2)})`],
    ['by alternate key', () => "/new_things(new_code='C2')"],
  ])('sets it with PUT, %s', async (_, reference) => {
    expect(await send(emulator, 'PUT', lookup, refer(reference()))).toMatchObject({ status: 204, text: '' })
    expect(parentOf(1)).toBe(guid(2))
  })

  it('clears it with DELETE', async () => {
    await send(emulator, 'PUT', lookup, refer(`new_things(${guid(2)})`))
    expect((await send(emulator, 'DELETE', lookup)).status).toBe(204)
    expect(parentOf(1)).toBeNull()
  })

  it('raises the version and is tracked', async () => {
    const first = await send(emulator, 'GET', 'new_things', { headers: { Prefer: 'odata.track-changes' } })
    const before = version(1)
    await send(emulator, 'PUT', lookup, refer(`new_things(${guid(2)})`))
    expect(version(1)).toBeGreaterThan(before)
    const delta = await send(emulator, 'GET', String(first.json['@odata.deltaLink']))
    expect(rowsOf(delta).map((row) => row.new_thingid)).toEqual([guid(1)])
  })

  it('refuses what is no row, of another table, or not there', async () => {
    const account = emulator.table('accounts').create({ name: 'A' })
    for (const reference of [undefined, 5, 'new_things', `accounts(${account})`]) {
      expect(outcome(await send(emulator, 'PUT', lookup, refer(reference)))).toEqual([400, '0x80048d19'])
    }
    expect(outcome(await send(emulator, 'PUT', lookup, refer(`new_things(${guid(9)})`)))).toEqual([
      404,
      '0x80040217',
    ])
    expect(outcome(await send(emulator, 'PUT', lookup.replace(guid(1), guid(9)), refer('x')))[0]).toBe(404)
    expect((await send(emulator, 'POST', lookup, refer(`new_things(${guid(2)})`))).status).toBe(405)
    expect((await send(emulator, 'PUT', `new_things(${guid(1)})/new_parent/$ref`, refer('x'))).status).toBe(
      404,
    )
  })

  it('does not clear the owner', async () => {
    const account = emulator.table('accounts').create({ name: 'A' })
    const answer = await send(emulator, 'DELETE', `accounts(${account})/ownerid/$ref`)
    expect(outcome(answer)).toEqual([400, '0x80040203'])
  })
})

describe('$ref of a collection', () => {
  it('adds rows with POST, also from the key of the other side', async () => {
    expect((await send(emulator, 'POST', `${children}/$ref`, refer(`new_things(${guid(2)})`))).status).toBe(
      204,
    )
    expect(parentOf(2)).toBe(guid(1))
    const again = await send(emulator, 'POST', `${children}/$ref`, refer("new_things(new_code='C2')"))
    expect(again.status).toBe(204)
  })

  it.each([
    ['by its key', () => `${children}(${guid(2)})/$ref`],
    ['by $id', () => `${children}/$ref?$id=${emulator.serviceRoot}/new_things(${guid(2)})`],
  ])('removes a row %s', async (_, path) => {
    await send(emulator, 'POST', `${children}/$ref`, refer(`new_things(${guid(2)})`))
    expect((await send(emulator, 'DELETE', path())).status).toBe(204)
    expect(parentOf(2)).toBeNull()
  })

  it('answers by option when the row is not in it', async () => {
    const path = `${children}(${guid(3)})/$ref`
    expect(outcome(await send(emulator, 'DELETE', path))).toEqual([404, '0x80040217'])
    await emulator.close()
    emulator = await startEmulator({ tables: [things], missingLinkStatus: 204 })
    for (const number of [1, 3]) emulator.table('new_things').create({ new_thingid: guid(number) })
    expect((await send(emulator, 'DELETE', path)).status).toBe(204)
  })

  it('needs an absolute $id, or a key', async () => {
    expect((await send(emulator, 'DELETE', `${children}/$ref`)).status).toBe(400)
    expect((await send(emulator, 'DELETE', `${children}/$ref?$id=new_things(${guid(2)})`)).status).toBe(400)
  })
})
