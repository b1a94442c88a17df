import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Emulator, startEmulator } from '../src/index.js'
import { errorOf, guid, rowsOf, send } from './support/api.js'
import { flat, sendBatch } from './support/batch.js'
import { things } from './support/things.js'

let emulator: Emulator

beforeEach(async () => {
  emulator = await startEmulator({ tables: [things] })
})
afterEach(() => emulator.close())

const path = `new_things(${guid(1)})`
const stored = () => emulator.table('new_things').get(guid(1))
const write = (body: unknown, type = 'application/json') =>
  send(emulator, 'PATCH', path, { body, headers: { 'Content-Type': type } })
const exact = 'application/json; IEEE754Compatible=true'

const written: [member: string, text: string, number: unknown][] = [
  ['new_amount', '12.5', 12.5],
  ['new_amount', '-0.25', -0.25],
  ['new_big', '9007199254740993', 9007199254740993n],
  ['new_big', '-5', -5n],
]

describe('a body with IEEE754Compatible=true', () => {
  it.each(written)('has %s as the text %j', async (member, text, number) => {
    expect((await write({ [member]: text }, exact)).status).toBe(204)
    expect(stored()).toMatchObject({ [member]: number })
  })

  it('has amounts of money so, too', async () => {
    const answer = await send(emulator, 'POST', 'accounts', {
      body: { name: 'A', revenue: '1000.50' },
      headers: { 'Content-Type': 'application/json;charset=utf-8;ieee754compatible=TRUE' },
    })
    expect(answer.status).toBe(204)
    expect(emulator.table('accounts').rows()).toMatchObject([{ revenue: 1000.5 }])
  })

  it.each([
    { new_amount: 12.5 },
    { new_big: 5 },
    { new_amount: 'x' },
    { new_amount: '' },
    { new_amount: '1e400' },
    { new_big: '1.5' },
    { new_big: '9223372036854775808' },
    { new_site: '5' },
  ])('refuses %j', async (body) => {
    const answer = await write(body, exact)
    expect([answer.status, errorOf(answer).code]).toEqual([400, '0x80048d19'])
  })

  it('leaves null, whole numbers, texts and choices as they are', async () => {
    const body = { new_amount: null, new_big: null, new_site: 5, new_name: '5', new_color: 1 }
    expect((await write(body, exact)).status).toBe(204)
    expect(stored()).toMatchObject(body)
  })

  it('goes for single properties, parts of batches, nested rows and bulk messages', async () => {
    const headers = { 'Content-Type': exact }
    await send(emulator, 'POST', 'new_things', {
      body: { new_thingid: guid(1), new_thing_children: [{ new_thingid: guid(2), new_amount: '1.5' }] },
      headers,
    })
    await send(emulator, 'PUT', `${path}/new_big`, { body: { value: '7' }, headers })
    const target = { '@odata.type': 'Microsoft.Dynamics.CRM.new_thing', new_thingid: guid(3), new_big: '8' }
    await send(emulator, 'POST', 'new_things/Microsoft.Dynamics.CRM.CreateMultiple', {
      body: { Targets: [target] },
      headers,
    })
    const part = (type: string) =>
      `--batch_7f1c\r\nContent-Type: application/http\r\n\r\nPATCH /api/data/v9.2/${path} HTTP/1.1\r\n` +
      `Content-Type: ${type}\r\n\r\n{"new_amount":"2.5"}\r\n`
    const answer = await sendBatch(emulator, `${part(exact)}${part('application/json')}--batch_7f1c--\r\n`)
    expect(flat(answer).map(({ status }) => status)).toEqual([204, 400])
    expect(emulator.table('new_things').rows()).toMatchObject([
      { new_big: 7n, new_amount: 2.5 },
      { new_amount: 1.5 },
      { new_big: 8n },
    ])
  })
})

describe('a body without it', () => {
  it.each(written)('has %s as a number, and refuses the text %j', async (member, text) => {
    const answer = await write({ [member]: text })
    expect([answer.status, errorOf(answer).code]).toEqual([400, '0x80048d19'])
    expect(errorOf(answer).message).toContain("parameter 'IEEE754Compatible' false/true")
  })
})

describe('an answer to Accept with IEEE754Compatible=true', () => {
  const headers = { Accept: exact }
  beforeEach(async () => {
    await write({ new_amount: 12.5, new_big: 5, new_site: 3, new_name: '7' })
  })

  it('holds decimals, 64-bit integers and counts as text, and says so', async () => {
    const list = await send(emulator, 'GET', 'new_things?$select=new_amount,new_big,new_site&$count=true', {
      headers,
    })
    expect(list.headers.get('content-type')).toContain('IEEE754Compatible=true')
    expect(list.json['@odata.count']).toBe('1')
    expect(rowsOf(list)).toMatchObject([{ new_amount: '12.5', new_big: '5', new_site: 3 }])
    const row = await send(emulator, 'GET', path, { headers })
    expect(row.json).toMatchObject({ new_amount: '12.5', new_big: '5', new_name: '7', new_day: null })
    expect(row.json.versionnumber).toMatch(/^\d+$/)
    expect((await send(emulator, 'GET', `${path}/new_amount`, { headers })).json.value).toBe('12.5')
  })

  it('does not change what others get', async () => {
    const select = 'new_things?$select=new_amount,new_big'
    for (const each of [{}, headers, {}]) {
      const [row] = rowsOf(await send(emulator, 'GET', select, { headers: each }))
      expect(typeof row?.new_amount).toBe(each === headers ? 'string' : 'number')
    }
  })
})
